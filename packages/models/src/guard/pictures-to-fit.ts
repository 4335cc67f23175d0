import path from 'node:path';
import { AgeNet } from '@attrai/vision/age/age-net';
import { align } from '@attrai/vision/align/align';
import { Detector, SHOWN_THRESHOLDS } from '@attrai/vision/detect/detector';
import { batchTensor } from '@attrai/vision/score/input';
import { MIN_FACE } from '@attrai/vision/vision';
import type { InferenceSession } from 'onnxruntime-node';
import type { AgedFace } from '../ages/age-table.ts';
import type { Skipped } from '../fit/ratings.ts';
import { findMainFace, type MainFace, readMainFace } from '../fit/read-main-face.ts';
import { CHIP_SIDE, FEATURES } from '../nets/face-net.ts';
import { FACE_NET_INPUT } from '../nets/scorer.ts';
import { GUARD_VIEW, VIEWS } from '../nets/views.ts';
import { readRaw } from '../robustness/changes.ts';
import { openSession } from '../verify.ts';
import { type CopyName, copiesToFit, makeCopy, seedOf } from './copies.ts';

/** A face as it is, or a changed copy of it. */
export interface PictureToFit {
  face: AgedFace;
  copy: CopyName | undefined;
  /** [2208]: the mean of the chip's and its mirror image's features, to fit on. */
  features: Float32Array;
  /** [2208]: the chip's alone, as the estimator reads them. */
  shown: Float32Array;
  /** What the age net says. */
  years: number;
}

/** Describes each face and three copies of it. Copies in which no face is found any more are left out silently. */
export async function readPicturesToFit(
  faces: readonly AgedFace[],
  { imageDir, modelsDir }: { imageDir: string; modelsDir: string },
  onProgress: (done: number) => void,
): Promise<{ pictures: PictureToFit[]; skipped: Skipped[] }> {
  const nets: Nets = {
    detector: await Detector.open({ modelsDir, minFace: MIN_FACE, thresholds: SHOWN_THRESHOLDS, threads: 1 }),
    features: await openSession(path.join(modelsDir, 'features.onnx')),
    age: await AgeNet.open(modelsDir, 1),
  };
  const pictures: PictureToFit[] = [];
  const skipped: Skipped[] = [];
  try {
    for (const [i, face] of faces.entries()) {
      const plain = await readMainFace(path.join(imageDir, face.file), nets.detector);
      if (typeof plain === 'string') skipped.push({ file: face.file, reason: plain });
      else {
        pictures.push({ face, copy: undefined, ...(await describe(plain, nets)) });
        const seed = seedOf(plain.bytes);
        const raw = await readRaw(plain.bytes);
        for (const [k, copy] of copiesToFit(seed).entries()) {
          const changed = await findMainFace(await makeCopy(copy, raw, plain.face, seed + k), nets.detector);
          if (typeof changed !== 'string') pictures.push({ face, copy, ...(await describe(changed, nets)) });
        }
      }
      onProgress(i + 1);
    }
  } finally {
    await Promise.all([nets.detector.close(), nets.features.release(), nets.age.close()]);
  }
  return { pictures, skipped };
}

interface Nets {
  detector: Detector;
  features: InferenceSession;
  age: AgeNet;
}

async function describe(
  { mips, face }: MainFace,
  { features: net, age }: Nets,
): Promise<Pick<PictureToFit, 'features' | 'shown' | 'years'>> {
  const chip = new Uint8Array(CHIP_SIDE ** 2 * 3);
  align(mips, face.landmarks, { side: CHIP_SIDE, padding: VIEWS[GUARD_VIEW]!.padding }, chip);
  const { features } = await net.run({ chips: batchTensor(FACE_NET_INPUT, chip) });
  const both = features!.data as Float32Array;
  const [years] = await age.estimate(mips, [face]);
  return {
    features: Float32Array.from({ length: FEATURES }, (_, j) => (both[j]! + both[j + FEATURES]!) / 2),
    shown: both.slice(0, FEATURES),
    years: years!,
  };
}

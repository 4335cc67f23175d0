import path from 'node:path';
import { AgeNet } from '@attrai/vision/age/age-net';
import { Detector } from '@attrai/vision/detect/detector';
import type { AgedFace } from '../ages/age-table.ts';
import { FaceDescriber } from '../fit/describe.ts';
import { findMainFace, type MainFace, readMainFace } from '../fit/main-face.ts';
import { GUARD_VIEW, VIEWS } from '../nets/views.ts';
import { readRaw } from '../raw.ts';
import { type Reason, readEach, type Skipped } from '../skipped.ts';
import { type CopyName, copiesToFit, makeCopy, seedOf } from './copies.ts';

/** A face as it is, or a changed copy of it. */
export interface PictureToFit {
  face: AgedFace;
  copy: CopyName | undefined;
  /** [2208]: the mean of the chip's and its mirror image's features, to fit on. */
  features: Float32Array;
  /** [2208]: the chip's features alone, as the estimator reads them. */
  shown: Float32Array;
  /** The age net's estimate. */
  years: number;
}

/** Describes each face and three copies of it. Copies in which no face is found any more are left out silently. */
export async function readPicturesToFit(
  faces: readonly AgedFace[],
  { imageDir, modelsDir }: { imageDir: string; modelsDir: string },
  onProgress: (done: number) => void,
): Promise<{ pictures: PictureToFit[]; skipped: Skipped[] }> {
  const detector = await Detector.open({ modelsDir });
  const describer = await FaceDescriber.open(modelsDir);
  const ageNet = await AgeNet.open(modelsDir, 1);

  const describe = async (face: AgedFace, copy: CopyName | undefined, main: MainFace): Promise<PictureToFit> => {
    const [view] = await describer.describe(main, [VIEWS[GUARD_VIEW]!.padding]);
    const { chip, mirrored } = view!;
    const [years] = await ageNet.estimate(main.mips, [main.face]);
    return { face, copy, features: chip.map((x, j) => (x + mirrored[j]!) / 2), shown: chip, years: years! };
  };
  const read = async (face: AgedFace): Promise<PictureToFit[] | Reason> => {
    const plain = await readMainFace(path.join(imageDir, face.file), detector);
    if (typeof plain === 'string') return plain;
    const pictures = [await describe(face, undefined, plain)];
    const seed = seedOf(plain.bytes);
    const raw = await readRaw(plain.bytes);
    for (const [k, copy] of copiesToFit(seed).entries()) {
      const changed = await findMainFace(await makeCopy(copy, raw, plain.face, seed + k), detector);
      if (typeof changed !== 'string') pictures.push(await describe(face, copy, changed));
    }
    return pictures;
  };
  try {
    const { found, skipped } = await readEach(faces, read, onProgress);
    return { pictures: found.flat(), skipped };
  } finally {
    await Promise.all([detector.close(), describer.close(), ageNet.close()]);
  }
}

import path from 'node:path';
import { type AgeNet, loadAgeNet } from '@attrai/vision/age/age-net';
import { whoIsScored } from '@attrai/vision/age/looks-under-18';
import { align, alignmentResidual } from '@attrai/vision/align/align';
import { confidenceOf, signalsOf } from '@attrai/vision/confidence';
import { type Detector, loadDetector, SHOWN_THRESHOLDS } from '@attrai/vision/detect/detector';
import { batchTensor } from '@attrai/vision/score/input';
import { MIN_FACE } from '@attrai/vision/vision';
import type { InferenceSession } from 'onnxruntime-node';
import { CHIP_SIDE, FEATURES } from '../nets/face-net.ts';
import { FACE_NET_INPUT } from '../nets/scorer.ts';
import { openSession } from '../verify.ts';
import { markOf } from './fitted-on.ts';
import type { Rating, Skipped } from './ratings.ts';
import { readMainFace } from './read-main-face.ts';

/** A rated face as the head sees it. */
export interface RatedFace extends Rating {
  /** Of the picture's bytes, see `fitted-on.ts`. */
  mark: string;
  /** [2208], mean of the chip's and its mirror image's. */
  features: Float64Array;
  /** How badly the landmarks fit a face from the front, pixels of the chip. */
  residual: number;
  confidence: 'high' | 'low';
  /** Faces found in the picture; the largest and most central one was taken. */
  found: number;
}

/** Finds, aligns and describes the face of each rated picture. Faces that look under 18 are left out, as the estimator does not score them. */
export async function readFaces(
  ratings: readonly Rating[],
  imageDir: string,
  modelsDir: string,
  onProgress: (done: number) => void,
): Promise<{ faces: RatedFace[]; skipped: Skipped[] }> {
  const detector = await loadDetector({ modelsDir, minFace: MIN_FACE, thresholds: SHOWN_THRESHOLDS, threads: 1 });
  const net = await openSession(path.join(modelsDir, 'features.onnx'));
  const ageNet = await loadAgeNet(modelsDir, 1);
  const faces: RatedFace[] = [];
  const skipped: Skipped[] = [];
  try {
    for (const [i, rating] of ratings.entries()) {
      const face = await readFace(rating, imageDir, { detector, net, ageNet });
      if (typeof face === 'string') skipped.push({ file: rating.file, reason: face });
      else faces.push(face);
      onProgress(i + 1);
    }
  } finally {
    await Promise.all([detector.close(), net.release(), ageNet.close()]);
  }
  return { faces, skipped };
}

async function readFace(
  rating: Rating,
  imageDir: string,
  { detector, net, ageNet }: { detector: Detector; net: InferenceSession; ageNet: AgeNet },
): Promise<RatedFace | Skipped['reason']> {
  const read = await readMainFace(path.join(imageDir, rating.file), detector);
  if (typeof read === 'string') return read;
  const { bytes, mips, face, found } = read;
  const [who] = await whoIsScored(ageNet, mips, [face]);
  if (who !== 'adult') return 'looks under 18: not scored';
  const chip = new Uint8Array(CHIP_SIDE ** 2 * 3);
  align(mips, face.landmarks, CHIP_SIDE, chip, 0);
  return {
    ...rating,
    mark: markOf(bytes),
    features: await describe(net, chip),
    residual: alignmentResidual(face.landmarks),
    confidence: confidenceOf(signalsOf(face, mips.photo)),
    found,
  };
}

/** @param chip RGB, 150×150 */
async function describe(net: InferenceSession, chip: Uint8Array): Promise<Float64Array> {
  const { features } = await net.run({ chips: batchTensor(FACE_NET_INPUT, chip, 0, 1) });
  const both = features!.data as Float32Array;
  return Float64Array.from({ length: FEATURES }, (_, i) => (both[i]! + both[FEATURES + i]!) / 2);
}

import path from 'node:path';
import { AgeNet } from '@attrai/vision/age/age-net';
import { whoIsScored } from '@attrai/vision/age/who-is-scored';
import { align, alignmentResidual } from '@attrai/vision/align/align';
import { confidenceOf, signalsOf } from '@attrai/vision/confidence';
import { Detector, SHOWN_THRESHOLDS } from '@attrai/vision/detect/detector';
import { loadOwnModel } from '@attrai/vision/load-vision';
import { batchTensor } from '@attrai/vision/score/input';
import { MIN_FACE } from '@attrai/vision/vision';
import type { InferenceSession } from 'onnxruntime-node';
import { CHIP_SIDE, FEATURES } from '../nets/face-net.ts';
import { FACE_NET_INPUT } from '../nets/scorer.ts';
import { VIEWS } from '../nets/views.ts';
import { openSession } from '../verify.ts';
import { markOf } from './fitted-on.ts';
import type { Rating, Skipped } from './ratings.ts';
import { readMainFace } from './read-main-face.ts';

/** A rated face as the head sees it. */
export interface RatedFace extends Rating {
  /** Of the picture's bytes, see `fitted-on.ts`. */
  mark: string;
  /** [views · 2208]: of each view the mean of the picture's and its mirror image's. */
  features: Float64Array;
  /** How badly the landmarks fit a face from the front, pixels of the chip. */
  residual: number;
  confidence: 'high' | 'low';
  /** Faces found in the picture; the largest and most central one was taken. */
  found: number;
}

export interface ReadFacesOptions {
  imageDir: string;
  modelsDir: string;
  /** Everybody in the pictures is an adult: faces that may look under 18 are read as well. */
  adults: boolean;
  onProgress(done: number): void;
}

/** Finds, aligns and describes the face of each rated picture. Faces that the estimator would not score are left out. */
export async function readFaces(
  ratings: readonly Rating[],
  { imageDir, modelsDir, adults, onProgress }: ReadFacesOptions,
): Promise<{ faces: RatedFace[]; skipped: Skipped[] }> {
  const nets: Nets = {
    detector: await Detector.open({ modelsDir, minFace: MIN_FACE, thresholds: SHOWN_THRESHOLDS, threads: 1 }),
    features: await openSession(path.join(modelsDir, 'features.onnx')),
    own: await loadOwnModel(modelsDir, 1),
    age: await AgeNet.open(modelsDir, 1),
  };
  const faces: RatedFace[] = [];
  const skipped: Skipped[] = [];
  try {
    for (const [i, rating] of ratings.entries()) {
      const face = await readFace(rating, path.join(imageDir, rating.file), nets, adults);
      if (typeof face === 'string') skipped.push({ file: rating.file, reason: face });
      else faces.push(face);
      onProgress(i + 1);
    }
  } finally {
    await Promise.all([nets.detector.close(), nets.features.release(), nets.own.close(), nets.age.close()]);
  }
  return { faces, skipped };
}

interface Nets {
  detector: Detector;
  features: InferenceSession;
  own: Awaited<ReturnType<typeof loadOwnModel>>;
  age: AgeNet;
}

async function readFace(
  rating: Rating,
  file: string,
  { detector, features, own, age }: Nets,
  adults: boolean,
): Promise<RatedFace | Skipped['reason']> {
  const read = await readMainFace(file, detector);
  if (typeof read === 'string') return read;
  const { bytes, mips, face, found } = read;
  const [reading] = await own.read(own.cutChips(mips, [face]));
  const [years] = await age.estimate(mips, [face]);
  const who = whoIsScored(reading!.signs!, years!, own.guard);
  if (who === 'child' || (who === 'unsure' && !adults)) return 'looks under 18: not scored';
  const chips = new Uint8Array(VIEWS.length * CHIP_BYTES);
  VIEWS.forEach(({ padding }, view) => {
    align(mips, face.landmarks, { side: CHIP_SIDE, padding }, chips.subarray(view * CHIP_BYTES));
  });
  return {
    ...rating,
    mark: markOf(bytes),
    features: await describe(features, chips),
    residual: alignmentResidual(face.landmarks),
    confidence: confidenceOf(signalsOf(face, mips.photo, reading!.disagreement)),
    found,
  };
}

const CHIP_BYTES = CHIP_SIDE ** 2 * 3;

/** @param chips RGB, 150×150, view after view */
async function describe(net: InferenceSession, chips: Uint8Array): Promise<Float64Array> {
  const { features } = await net.run({ chips: batchTensor(FACE_NET_INPUT, chips) });
  const both = features!.data as Float32Array;
  return Float64Array.from({ length: VIEWS.length * FEATURES }, (_, i) => {
    const at = 2 * FEATURES * Math.floor(i / FEATURES) + (i % FEATURES);
    return (both[at]! + both[at + FEATURES]!) / 2;
  });
}

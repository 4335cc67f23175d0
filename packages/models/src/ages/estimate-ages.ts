import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gradeOf } from '@attrai/contracts/errors';
import { type AgeNet, loadAgeNet } from '@attrai/vision/age/age-net';
import { estimateAges } from '@attrai/vision/age/looks-under-18';
import { type Detector, loadDetector, SHOWN_THRESHOLDS } from '@attrai/vision/detect/detector';
import { makeMips } from '@attrai/vision/mips';
import { decodePhoto } from '@attrai/vision/photo/decode';
import { mainFace } from '../fit/main-face.ts';
import type { Rating, Skipped } from '../fit/ratings.ts';

/** As the estimator looks for faces. */
const MIN_FACE = 40;
const MAX_SIDE = 1280;

/** How old a face looks to people, and to the net: years. */
export interface Age {
  rated: number;
  estimated: number;
}

/** Estimates the age of the face in each rated picture exactly as the estimator does before it scores a face, or doesn't. */
export async function agesOf(
  ratings: readonly Rating[],
  imageDir: string,
  modelsDir: string,
  onProgress: (done: number) => void,
): Promise<{ ages: Age[]; skipped: Skipped[] }> {
  const detector = await loadDetector({ modelsDir, minFace: MIN_FACE, thresholds: SHOWN_THRESHOLDS, threads: 1 });
  const net = await loadAgeNet(modelsDir, 1);
  const ages: Age[] = [];
  const skipped: Skipped[] = [];
  try {
    for (const [i, { file, rating }] of ratings.entries()) {
      const estimated = await ageIn(path.join(imageDir, file), detector, net);
      if (typeof estimated === 'string') skipped.push({ file, reason: estimated });
      else ages.push({ rated: rating, estimated });
      onProgress(i + 1);
    }
  } finally {
    await Promise.all([detector.close(), net.close()]);
  }
  return { ages, skipped };
}

async function ageIn(file: string, detector: Detector, net: AgeNet): Promise<number | Skipped['reason']> {
  const bytes = await readFile(file).catch(() => undefined);
  if (bytes === undefined) return 'file missing';
  const photo = await decodePhoto(bytes, MAX_SIDE).catch((error: unknown) => {
    if (gradeOf(error) === 'final') return undefined;
    throw error;
  });
  if (photo === undefined) return 'unreadable';
  const mips = makeMips(photo.pixels);
  const face = mainFace(await detector.detect(mips), photo.pixels.width, photo.pixels.height);
  if (face === undefined) return 'no face found';
  const [age] = await estimateAges(net, mips, [face]);
  return age!;
}

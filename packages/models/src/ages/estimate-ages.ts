import path from 'node:path';
import { type AgeNet, loadAgeNet } from '@attrai/vision/age/age-net';
import { estimateAges } from '@attrai/vision/age/looks-under-18';
import { type Detector, loadDetector, SHOWN_THRESHOLDS } from '@attrai/vision/detect/detector';
import { MIN_FACE } from '@attrai/vision/vision';
import type { Rating, Skipped } from '../fit/ratings.ts';
import { readMainFace } from '../fit/read-main-face.ts';

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
  const read = await readMainFace(file, detector);
  if (typeof read === 'string') return read;
  const [age] = await estimateAges(net, read.mips, [read.face]);
  return age!;
}

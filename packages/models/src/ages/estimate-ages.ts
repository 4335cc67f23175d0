import path from 'node:path';
import { FinalError } from '@attrai/contracts/errors';
import { type AgeNet, loadAgeNet } from '@attrai/vision/age/age-net';
import { estimateAges } from '@attrai/vision/age/looks-under-18';
import { type Detector, loadDetector, SHOWN_THRESHOLDS } from '@attrai/vision/detect/detector';
import { longerSide } from '@attrai/vision/longer-side';
import { MIN_FACE } from '@attrai/vision/vision';
import { countReasons } from '../fit/fit.ts';
import type { Rating, Skipped } from '../fit/ratings.ts';
import { findMainFace, type MainFace, readMainFace } from '../fit/read-main-face.ts';
import { reducePhoto } from '../reduce-photo.ts';

/** How old a face looks to people, and to the net: years. */
export interface Age {
  rated: number;
  estimated: number;
}

/** Estimates of faces of one size. */
export interface SmallAges {
  /** Longer side of the face's box, pixels, about. */
  side: number;
  ages: Age[];
}

/** What `pnpm models ages --small` measures: longer sides, pixels. */
export const SMALL_SIDES: readonly number[] = [45, 60, 80, 110];

/** One pixel more or less of a photo's width makes another picture of a small face. */
const WIDTHS = [-1, 0, 1];

/**
 * Estimates the age of the face in each rated picture as the estimator does before it scores a face, or doesn't; but for one whose box
 * comes out below MIN_FACE, which it would not report.
 *
 * @throws FinalError `too_few_faces` where there is none
 * @param sides of the face, pixels: each picture is also reduced to these, three times each, and saved as JPEG
 */
export async function agesOf(
  ratings: readonly Rating[],
  imageDir: string,
  { modelsDir, sides }: { modelsDir: string; sides: readonly number[] },
  onProgress: (done: number) => void,
): Promise<{ ages: Age[]; small: SmallAges[]; skipped: Skipped[] }> {
  const detector = await loadDetector({ modelsDir, minFace: MIN_FACE, thresholds: SHOWN_THRESHOLDS, threads: 1 });
  const net = await loadAgeNet(modelsDir, 1);
  const ages: Age[] = [];
  const small = sides.map((side): SmallAges => ({ side, ages: [] }));
  const skipped: Skipped[] = [];
  try {
    for (const [i, { file, rating: rated }] of ratings.entries()) {
      const large = await readMainFace(path.join(imageDir, file), detector);
      if (typeof large === 'string') {
        skipped.push({ file, reason: large });
      } else {
        ages.push({ rated, estimated: await ageOf(large, net) });
        for (const size of small) {
          for (const face of await reduced(large, size.side, detector)) {
            size.ages.push({ rated, estimated: await ageOf(face, net) });
          }
        }
      }
      onProgress(i + 1);
    }
  } finally {
    await Promise.all([detector.close(), net.close()]);
  }
  if (ages.length === 0)
    throw new FinalError('too_few_faces', `No face could be looked at. ${countReasons(skipped)}`.trim());
  return { ages, small, skipped };
}

async function ageOf({ mips, face }: MainFace, net: AgeNet): Promise<number> {
  const [age] = await estimateAges(net, mips, [face]);
  return age!;
}

/** The face so small, as often as it is still found; never enlarged. */
async function reduced({ bytes, mips, face }: MainFace, side: number, detector: Detector): Promise<MainFace[]> {
  const scale = side / longerSide(face.box);
  if (scale >= 1) return [];
  const found: MainFace[] = [];
  for (const more of WIDTHS) {
    const one = await findMainFace(await reducePhoto(bytes, mips.photo.width * scale + more), detector);
    if (typeof one !== 'string') found.push(one);
  }
  return found;
}

import { readFile } from 'node:fs/promises';
import { gradeOf } from '@attrai/contracts/errors';
import type { Detector } from '@attrai/vision/detect/detector';
import type { SettledFace } from '@attrai/vision/detect/settle';
import { type Mips, makeMips } from '@attrai/vision/mips';
import { decodePhoto } from '@attrai/vision/photo/decode';
import { MAX_SIDE } from '@attrai/vision/vision';
import { mainFace } from './main-face.ts';
import type { Skipped } from './ratings.ts';

/** The face that a rated picture is about. */
export interface MainFace {
  bytes: Buffer;
  mips: Mips;
  face: SettledFace;
  /** Faces found in the picture; this is the largest and most central one. */
  found: number;
}

/** Looks for it as the estimator does; says why there is none. */
export async function readMainFace(file: string, detector: Detector): Promise<MainFace | Skipped['reason']> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes === undefined ? 'file missing' : await findMainFace(bytes, detector);
}

/** The same in a photo that is in memory. */
export async function findMainFace(bytes: Buffer, detector: Detector): Promise<MainFace | Skipped['reason']> {
  const photo = await decodePhoto(bytes, MAX_SIDE).catch((error: unknown) => {
    if (gradeOf(error) === 'final') return undefined;
    throw error;
  });
  if (photo === undefined) return 'unreadable';
  const mips = makeMips(photo.pixels);
  const found = await detector.detect(mips);
  const face = mainFace(found, photo.pixels.width, photo.pixels.height);
  return face === undefined ? 'no face found' : { bytes, mips, face, found: found.length };
}

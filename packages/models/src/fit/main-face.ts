import { readFile } from 'node:fs/promises';
import type { Detector } from '@attrai/vision/detect/detector';
import type { SettledFace } from '@attrai/vision/detect/settle';
import { type Mips, makeMips } from '@attrai/vision/mips';
import { decodePhoto } from '@attrai/vision/photo/decode';
import type { Box } from '@attrai/vision/vision';
import { orUnreadable, type Reason } from '../skipped.ts';

/** The face that a rated picture is about. */
export interface MainFace {
  bytes: Buffer;
  mips: Mips;
  face: SettledFace;
  /** Faces found in the picture; this is the largest and most central one. */
  found: number;
}

/** Looks for the main face as the estimator does. */
export async function readMainFace(file: string, detector: Detector): Promise<MainFace | Reason> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes === undefined ? 'file missing' : await findMainFace(bytes, detector);
}

export async function findMainFace(bytes: Buffer, detector: Detector): Promise<MainFace | Reason> {
  const photo = await orUnreadable(decodePhoto(bytes));
  if (photo === 'unreadable') return photo;
  const mips = makeMips(photo.pixels);
  const found = await detector.detect(mips);
  const face = mainFace(found, photo.pixels);
  return face === undefined ? 'no face found' : { bytes, mips, face, found: found.length };
}

/**
 * The face that a picture with one rating is about: large and near the middle. Area minus twice the squared distance of the
 * centres, as in the PyTorch port's "center weighted size".
 */
export function mainFace<Face extends { box: Box }>(
  faces: readonly Face[],
  { width, height }: { width: number; height: number },
): Face | undefined {
  const weight = ({ box: [x1, y1, x2, y2] }: Face) =>
    (x2 - x1) * (y2 - y1) - 2 * (((x1 + x2 - width) / 2) ** 2 + ((y1 + y2 - height) / 2) ** 2);
  return faces.toSorted((a, b) => weight(b) - weight(a))[0];
}

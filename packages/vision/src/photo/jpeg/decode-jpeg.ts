import { refuseIncomplete } from '../limits.ts';
import { isTimeout, type ToPixels } from '../to-pixels.ts';
import { oneRunOf } from './frame.ts';
import { missingOfJpeg, SUSPICIOUS } from './missing.ts';
import { findSeam } from './seam.ts';

/**
 * A JPEG that libjpeg warns of, or whose pixels look like damage, is looked at closely; any other costs no more than a look at some of its
 * pixels.
 *
 * @throws FinalError `unreadable`, and what sharp throws
 */
export async function decodeJpeg(jpeg: Uint8Array, orientation: number, toPixels: ToPixels) {
  const clean = await toPixels(jpeg).catch((error) => {
    if (isTimeout(error)) throw error;
  });
  const pixels = clean ?? (await toPixels(jpeg, { failOn: 'none' }));
  const grid = oneRunOf(jpeg);
  const seam = grid && findSeam(pixels, grid, orientation);
  const isDoubtful = clean === undefined || (seam !== undefined && seam.suspicion > SUSPICIOUS);
  if (isDoubtful) refuseIncomplete(missingOfJpeg(jpeg, seam));
  return pixels;
}

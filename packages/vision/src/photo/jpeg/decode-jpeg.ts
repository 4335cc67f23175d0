import type { Pixels } from '../../pixels.ts';
import { refuseIncomplete } from '../limits.ts';
import { isTimeout, type ToPixels } from '../to-pixels.ts';
import { oneRunOf } from './frame.ts';
import { missingOfJpeg, SUSPICIOUS } from './missing.ts';
import { findSeam, type Seam } from './seam.ts';
import { walkScans } from './walk.ts';

/**
 * A JPEG that libjpeg warns of, or whose pixels look damaged, is examined closely. Any other costs a look at some of its pixels.
 *
 * @param orientation EXIF's, 1 to 8
 * @throws FinalError `unreadable`, and what sharp throws
 */
export async function decodeJpeg(jpeg: Uint8Array, orientation: number, toPixels: ToPixels): Promise<Pixels> {
  const clean = await toPixels(jpeg).catch((error) => {
    if (isTimeout(error)) throw error;
  });
  if (clean !== undefined) {
    const seam = seamOf(jpeg, clean, orientation);
    if (seam && seam.suspicion > SUSPICIOUS) refuseIncomplete(missingOfJpeg(walkScans(jpeg), seam));
    return clean;
  }
  const walk = walkScans(jpeg);
  refuseIncomplete(missingOfJpeg(walk));
  const pixels = await toPixels(jpeg, { failOn: 'none' });
  refuseIncomplete(missingOfJpeg(walk, seamOf(jpeg, pixels, orientation)));
  return pixels;
}

function seamOf(jpeg: Uint8Array, pixels: Pixels, orientation: number): Seam | undefined {
  const grid = oneRunOf(jpeg);
  return grid && findSeam(pixels, grid, orientation);
}

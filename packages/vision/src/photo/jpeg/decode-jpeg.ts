import type { Pixels } from '../../pixels.ts';
import { refuseIncomplete } from '../limits.ts';
import { isTimeout, type PixelDecoder } from '../pixel-decoder.ts';
import { oneRunOf } from './frame.ts';
import { missingOfJpeg, SUSPICIOUS } from './missing.ts';
import { findSeam, type Seam } from './seam.ts';
import { walkScans } from './walk.ts';

/**
 * Examines a JPEG closely if libjpeg warns of it, or if its pixels look damaged. Any other costs a look at some of its pixels.
 *
 * @throws FinalError `unreadable`, and what sharp throws
 */
export async function decodeJpeg(jpeg: Uint8Array, decoder: PixelDecoder): Promise<Pixels> {
  const seamOf = (pixels: Pixels): Seam | undefined => {
    const grid = oneRunOf(jpeg);
    return grid && findSeam(pixels, grid, decoder.header.orientation ?? 1);
  };
  const clean = await decoder.decode(jpeg).catch((error) => {
    if (isTimeout(error)) throw error;
  });
  if (clean !== undefined) {
    const seam = seamOf(clean);
    if (seam && seam.suspicion > SUSPICIOUS) refuseIncomplete(missingOfJpeg(walkScans(jpeg), seam));
    return clean;
  }
  const walk = walkScans(jpeg);
  refuseIncomplete(missingOfJpeg(walk));
  const pixels = await decoder.decode(jpeg, { failOn: 'none' });
  refuseIncomplete(missingOfJpeg(walk, seamOf(pixels)));
  return pixels;
}

import type { Metadata } from 'sharp';
import { refuseIncomplete } from '../limits.ts';
import type { ToPixels } from '../to-pixels.ts';
import { fillUp } from './fill.ts';
import { firstVisibleFrame, isFlat } from './frames.ts';

/** The last bytes that are there, which are left out to see where they belong. */
const LAST_BYTES = 32;

interface Tools {
  header: Metadata;
  toPixels: ToPixels;
  secondsLeft(): number;
}

/**
 * Of an animation the first frame that shows something. Only a WebP that is cut is known to be damaged: the format has no check sums, and
 * its decoder makes pixels of any bytes.
 *
 * Both its ways to store a picture go from top to bottom, and what is decoded before the cut does not depend on what comes after: so a
 * cut picture is missing from the first row on that changes when its last bytes go too.
 *
 * @param filled the same in its full length (`fillUp`), if it is cut
 * @throws FinalError `unreadable`, and what sharp throws
 */
export async function decodeWebp(webp: Uint8Array, filled: Uint8Array, { header, toPixels, secondsLeft }: Tools) {
  const first = await toPixels(filled);
  const isBlank = (header.pages ?? 1) > 1 && isFlat(first);
  const page = isBlank ? await firstVisibleFrame(filled, header, secondsLeft()) : 0;
  const pixels = page === 0 ? first : await toPixels(filled, { page });
  if (filled === webp) return pixels;

  const shorter = await toPixels(fillUp(webp, webp.length - LAST_BYTES), { page });
  const different = pixels.data.findIndex((value, i) => value !== shorter.data[i]);
  const row = different === -1 ? pixels.height : Math.floor(different / (3 * pixels.width));
  refuseIncomplete(1 - row / pixels.height);
  return pixels;
}

import type { Pixels } from '../../pixels.ts';
import { refuseIncomplete } from '../limits.ts';
import type { PixelDecoder } from '../pixel-decoder.ts';
import { fillUp } from './fill.ts';
import { firstVisibleFrame, isFlat } from './frames.ts';

/** So many of the last bytes are left out, to see which part of the picture they belong to. */
const LAST_BYTES = 32;

/**
 * Decodes a WebP; of an animation, the first frame that shows something. Only a WebP that is cut is known to be damaged: the format has no
 * check sums, and its decoder makes pixels of any bytes.
 *
 * Lossy and lossless pictures are both stored from top to bottom, and what is decoded before the cut does not depend on what follows. So
 * the picture is missing from the first row that changes when its last bytes are left out.
 *
 * @param filled the file itself, or, if it is cut, the file in its full length (`fillUp`)
 * @throws FinalError `unreadable`, and what sharp throws
 */
export async function decodeWebp(webp: Uint8Array, filled: Uint8Array, decoder: PixelDecoder): Promise<Pixels> {
  const { header } = decoder;
  const first = await decoder.decode(filled);
  const isBlank = (header.pages ?? 1) > 1 && isFlat(first);
  const page = isBlank ? await firstVisibleFrame(filled, header, decoder.secondsLeft) : 0;
  const pixels = page === 0 ? first : await decoder.decode(filled, { page });
  if (filled === webp) return pixels;

  const shorter = await decoder.decode(fillUp(webp, webp.length - LAST_BYTES), { page });
  const different = pixels.data.findIndex((value, i) => value !== shorter.data[i]);
  const row = different === -1 ? pixels.height : Math.floor(different / (3 * pixels.width));
  refuseIncomplete(1 - row / pixels.height);
  return pixels;
}

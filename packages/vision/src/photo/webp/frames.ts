import sharp, { type Metadata } from 'sharp';
import type { Pixels } from '../../pixels.ts';
import { MAX_PIXELS } from '../limits.ts';

/** So many frames of an animation are looked at for one that shows something, and no more pixels than a photo may have. */
const MOST_FRAMES = 20;
/** Longer side of a frame as it is looked at, pixels. */
const SIDE = 64;
/** Levels between the darkest and the brightest pixel of what is still one colour: lossy compression leaves so much. */
const FLAT = 8;

/** The first frame that is not of one colour (transparent ones are white); 0, the first of all, if there is none among those looked at. */
export async function firstVisibleFrame(webp: Uint8Array, header: Metadata, seconds: number): Promise<number> {
  const { pages = 1, width, height } = header;
  const count = Math.min(pages, MOST_FRAMES, Math.floor(MAX_PIXELS / (width * height)));
  const frames = await sharp(webp, { pages: count, limitInputPixels: MAX_PIXELS })
    .timeout({ seconds })
    // Any other kernel would mix the edges of frames that lie one below the other.
    .resize({ width: SIDE, height: SIDE, fit: 'inside', kernel: 'nearest' })
    .flatten({ background: '#ffffff' })
    .raw({ depth: 'uchar' })
    .toBuffer();
  const bytes = frames.length / count;
  for (let i = 0; i < count; i++) if (!isFlat({ data: frames.subarray(i * bytes, (i + 1) * bytes) })) return i;
  return 0;
}

/** Whether a picture shows nothing: it is of one colour. */
export function isFlat({ data }: Pick<Pixels, 'data'>): boolean {
  const least = Uint8Array.of(255, 255, 255);
  const most = new Uint8Array(3);
  for (let i = 0, channel = 0; i < data.length; i++, channel = channel === 2 ? 0 : channel + 1) {
    const value = data[i]!;
    if (value < least[channel]!) least[channel] = value;
    if (value > most[channel]!) most[channel] = value;
    if (most[channel]! - least[channel]! > FLAT) return false;
  }
  return true;
}

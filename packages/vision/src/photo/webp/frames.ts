import sharp, { type Metadata } from 'sharp';
import type { Pixels } from '../../pixels.ts';
import { MAX_PIXELS } from '../limits.ts';

/** The search for a frame that shows something ends after so many frames, or after as many pixels as a photo may have. */
const MOST_FRAMES = 20;
/** Frames are reduced to this longer side, pixels, for the search. */
const SIDE = 64;
/** A frame counts as one colour if no channel varies by more levels: lossy compression leaves so much. */
const FLAT = 8;

/** The number of the first frame that is not of one colour, transparency on white; 0 if the search finds none. */
export async function firstVisibleFrame(webp: Uint8Array, header: Metadata, seconds: number): Promise<number> {
  const { pages = 1, width, height } = header;
  const count = Math.min(pages, MOST_FRAMES, Math.floor(MAX_PIXELS / (width * height)));
  const frames = await sharp(webp, { pages: count, limitInputPixels: MAX_PIXELS })
    .timeout({ seconds })
    // The frames lie one below the other: any other kernel would mix their edges.
    .resize({ width: SIDE, height: SIDE, fit: 'inside', kernel: 'nearest' })
    .flatten({ background: '#ffffff' })
    .raw({ depth: 'uchar' })
    .toBuffer();
  const bytes = frames.length / count;
  for (let i = 0; i < count; i++) if (!isFlat({ data: frames.subarray(i * bytes, (i + 1) * bytes) })) return i;
  return 0;
}

/** Whether a picture shows nothing but one colour. */
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

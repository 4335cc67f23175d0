import { FinalError } from '@attrai/contracts/errors';
import sharp, { type Metadata } from 'sharp';
import type { DecodedPhoto } from '../vision.ts';
import { photoKind } from './signature.ts';

/** Larger photos are refused before anything of them is decoded. */
export const MAX_PIXELS = 40_000_000;
/**
 * A progressive JPEG and an interlaced PNG must be held whole before they can be reduced: no more bytes than this. Most photos of
 * MAX_PIXELS are below; with more, one photo would take all the memory of an estimator's container.
 */
const MAX_HELD_BYTES = 200_000_000;
/** Telegram hands out files up to 20 MB: a larger one is no photo of a user. */
export const MAX_BYTES = 20 * 2 ** 20;
/** A decoder that takes longer is stuck, or fed by somebody who wants it to be. */
const MAX_SECONDS = 20;

/**
 * Decodes a JPEG, PNG or WebP: turned upright by its EXIF orientation, the first frame of an animation, in sRGB,
 * 8 bits a channel, transparency on white, reduced (never enlarged) to `maxSide`. Call `restrictSharp` once before.
 * Throws FinalError `unreadable` (another kind of file, or a broken one), `too_many_pixels` (in all, or in a file that must be
 * held whole) or `too_many_bytes`.
 */
export async function decodePhoto(bytes: Uint8Array, maxSide: number): Promise<DecodedPhoto> {
  if (bytes.length > MAX_BYTES) {
    throw new FinalError('too_many_bytes', `${bytes.length} bytes are more than ${MAX_BYTES / 2 ** 20} MiB`);
  }
  if (photoKind(bytes) === undefined) {
    throw new FinalError('unreadable', 'not a JPEG, PNG or WebP file');
  }
  const { width, height, transparent, heldBytes } = await readHeader(bytes);
  if (width * height > MAX_PIXELS) {
    throw new FinalError('too_many_pixels', `${width}×${height} pixels are more than ${MAX_PIXELS / 1e6} megapixels`);
  }
  if (heldBytes > MAX_HELD_BYTES) {
    const [held, most] = [heldBytes, MAX_HELD_BYTES].map((count) => Math.round(count / 1e6));
    throw new FinalError('too_many_pixels', `${width}×${height} progressive pixels are ${held} MB, more than ${most}`);
  }
  try {
    const decoder = sharp(bytes, { failOn: 'error', limitInputPixels: MAX_PIXELS })
      .timeout({ seconds: MAX_SECONDS })
      .autoOrient()
      .resize({ width: maxSide, height: maxSide, fit: 'inside', withoutEnlargement: true })
      .raw({ depth: 'uchar' });
    // Only where it is needed: it is another pass over all pixels.
    if (transparent) decoder.flatten({ background: '#ffffff' });
    const { data, info } = await decoder.toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`decoded to ${info.channels} channels`);
    return { pixels: { data, width: info.width, height: info.height }, width, height };
  } catch (cause) {
    throw unreadable(cause);
  }
}

interface Header {
  /** Of the upright photo, pixels. */
  width: number;
  height: number;
  transparent: boolean;
  /** What its decoder must hold at once; 0 where it goes row by row. */
  heldBytes: number;
}

/** From the photo's header alone. */
async function readHeader(bytes: Uint8Array): Promise<Header> {
  try {
    const metadata = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { ...metadata.autoOrient, transparent: metadata.hasAlpha, heldBytes: heldBytesOf(metadata) };
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** A progressive JPEG's coefficients have 16 bits. Thinned out colours are fewer, but a file may lie about that. */
function heldBytesOf({ isProgressive, format, depth, width, height, channels }: Metadata): number {
  if (!isProgressive) return 0;
  return width * height * channels * (format === 'jpeg' || depth === 'ushort' ? 2 : 1);
}

function unreadable(cause: unknown): FinalError {
  const timedOut = cause instanceof Error && cause.message.startsWith('timeout');
  const reason = timedOut ? `decoding takes longer than ${MAX_SECONDS} s` : 'the photo is broken or incomplete';
  return new FinalError('unreadable', reason, { cause });
}

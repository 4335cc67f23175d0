import { FinalError } from '@attrai/contracts/errors';
import sharp, { type Metadata } from 'sharp';
import type { Pixels } from '../pixels.ts';
import type { DecodedPhoto } from '../vision.ts';
import { decodeJpeg } from './jpeg/decode-jpeg.ts';
import { MAX_BYTES, MAX_HELD_BYTES, MAX_PIXELS, MAX_SECONDS } from './limits.ts';
import { decodePng } from './png/decode-png.ts';
import { photoKind } from './signature.ts';
import { countDown, isTimeout, toPixelsOf } from './to-pixels.ts';
import { decodeWebp } from './webp/decode-webp.ts';
import { fillUp, isCut } from './webp/fill.ts';

/**
 * Decodes a JPEG, PNG or WebP: turned upright by its EXIF orientation, of an animation the first frame that shows something, in sRGB,
 * 8 bits a channel, transparency on white, reduced (never enlarged) to `maxSide`. Call `restrictSharp` once before.
 * A damaged file is judged by how much of its picture is missing: up to a tenth is grey, black or noise in what it gives.
 * Throws FinalError `unreadable` (another kind of file, or one with more missing), `too_many_pixels` (in all, or in a file that must be
 * held whole) or `too_many_bytes`.
 */
export async function decodePhoto(bytes: Uint8Array, maxSide: number): Promise<DecodedPhoto> {
  if (bytes.length > MAX_BYTES) {
    throw new FinalError('too_many_bytes', `${bytes.length} bytes are more than ${MAX_BYTES / 1e6} MB`);
  }
  const kind = photoKind(bytes);
  if (kind === undefined) throw new FinalError('unreadable', 'not a JPEG, PNG or WebP file');
  // Of a cut WebP, libwebp reads nothing, not even the size.
  const photo = kind === 'webp' && isCut(bytes) ? fillUp(bytes) : bytes;
  const header = await readHeader(photo);
  const { width, height } = header.autoOrient;
  refuseTooLarge(header);
  const secondsLeft = countDown(MAX_SECONDS);
  const toPixels = toPixelsOf(header, maxSide, secondsLeft);
  const decoders: Record<typeof kind, () => Promise<Pixels>> = {
    jpeg: () => decodeJpeg(photo, header.orientation ?? 1, toPixels),
    png: () => decodePng(photo, toPixels),
    webp: () => decodeWebp(bytes, photo, { header, toPixels, secondsLeft }),
  };
  try {
    return { pixels: await decoders[kind](), width, height };
  } catch (cause) {
    throw unreadable(cause);
  }
}

async function readHeader(bytes: Uint8Array): Promise<Metadata> {
  try {
    return await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (cause) {
    throw unreadable(cause);
  }
}

function refuseTooLarge(header: Metadata): void {
  const { width, height } = header.autoOrient;
  if (width * height > MAX_PIXELS) {
    throw new FinalError('too_many_pixels', `${width}×${height} pixels are more than ${MAX_PIXELS / 1e6} megapixels`);
  }
  const heldBytes = heldBytesOf(header);
  if (heldBytes > MAX_HELD_BYTES) {
    const [held, most] = [heldBytes, MAX_HELD_BYTES].map((count) => Math.round(count / 1e6));
    throw new FinalError('too_many_pixels', `${width}×${height} progressive pixels are ${held} MB, more than ${most}`);
  }
}

/**
 * Bytes that its decoder must hold at once; 0 if it decodes row by row. A progressive JPEG's coefficients have 16 bits. Subsampled
 * colours need less, but a file may lie about that.
 */
function heldBytesOf({ isProgressive, format, depth, width, height, channels }: Metadata): number {
  if (!isProgressive) return 0;
  return width * height * channels * (format === 'jpeg' || depth === 'ushort' ? 2 : 1);
}

function unreadable(cause: unknown): FinalError {
  if (cause instanceof FinalError) return cause;
  const reason = isTimeout(cause) ? `decoding takes longer than ${MAX_SECONDS} s` : 'the photo is broken or incomplete';
  return new FinalError('unreadable', reason, { cause });
}

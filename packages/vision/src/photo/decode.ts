import { FinalError } from '@attrai/contracts/errors';
import sharp, { type Metadata } from 'sharp';
import { type DecodedPhoto, MAX_SIDE } from '../vision.ts';
import { decodeJpeg } from './jpeg/decode-jpeg.ts';
import { MAX_BYTES, MAX_HELD_BYTES, MAX_PIXELS, MAX_SECONDS } from './limits.ts';
import { isTimeout, PixelDecoder } from './pixel-decoder.ts';
import { decodePng } from './png/decode-png.ts';
import { photoKind } from './signature.ts';
import { decodeWebp } from './webp/decode-webp.ts';
import { fillUp, isCut } from './webp/fill.ts';

/**
 * Decodes a JPEG, PNG or WebP to sRGB, 8 bits a channel: upright by its EXIF orientation, transparency on white, reduced (never
 * enlarged) to `maxSide` pixels. An animation gives its first frame that shows something. Call `restrictSharp` once before.
 * A damaged file is decoded if at most a tenth of its picture is missing; that part comes out grey, black or as noise.
 * Throws FinalError `unreadable` (another kind of file, or more is missing), `too_many_pixels` (for any photo, or for one that must be
 * held whole) or `too_many_bytes`.
 */
export async function decodePhoto(bytes: Uint8Array, maxSide = MAX_SIDE): Promise<DecodedPhoto> {
  if (bytes.length > MAX_BYTES) {
    throw new FinalError('too_many_bytes', `${bytes.length} bytes are more than ${MAX_BYTES / 1e6} MB`);
  }
  const kind = photoKind(bytes);
  if (kind === undefined) throw new FinalError('unreadable', 'not a JPEG, PNG or WebP file');
  // libwebp reads nothing of a cut WebP, not even the size.
  const photo = kind === 'webp' && isCut(bytes) ? fillUp(bytes) : bytes;
  const header = await readHeader(photo);
  const { width, height } = header.autoOrient;
  refuseTooLarge(header);
  const decoder = new PixelDecoder(header, maxSide);
  const decoders = { jpeg: decodeJpeg, png: decodePng, webp: decodeWebp.bind(undefined, bytes) };
  try {
    return { pixels: await decoders[kind](photo, decoder), width, height };
  } catch (cause) {
    throw unreadable(cause);
  }
}

async function readHeader(bytes: Uint8Array): Promise<Metadata> {
  const reader = sharp(bytes, { limitInputPixels: false });
  return reader.metadata().catch((cause: unknown) => Promise.reject(unreadable(cause)));
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
 * Bytes that the photo's decoder must hold at once; 0 if it decodes row by row. A progressive JPEG's coefficients have 16 bits each.
 * Subsampled colours need less, but a file may lie about them.
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

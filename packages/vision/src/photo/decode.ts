import { FinalError } from '@attrai/contracts/errors';
import sharp, { type Metadata } from 'sharp';
import type { Pixels } from '../pixels.ts';
import { photoKind } from './signature.ts';

/** Larger photos are refused before anything of them is decoded. */
export const MAX_PIXELS = 40_000_000;
/** Telegram hands out files up to 20 MB: a larger one is no photo of a user. */
export const MAX_BYTES = 20 * 2 ** 20;
/** A decoder that takes longer is stuck, or fed by somebody who wants it to be. */
const MAX_SECONDS = 20;

/** A photo as the rest of the pipeline sees it. */
export interface DecodedPhoto {
  /** Upright, at most `maxSide` pixels on its longer side. */
  pixels: Pixels;
  /** Size of the upright original, pixels. */
  width: number;
  height: number;
}

/**
 * Decodes a JPEG, PNG or WebP: turned upright by its EXIF orientation, the first frame of an animation, in sRGB,
 * 8 bits a channel, transparency on white, reduced (never enlarged) to `maxSide`. Call `restrictSharp` once before.
 * Throws FinalError `unreadable` (another kind of file, or a broken one), `too_many_pixels` or
 * `too_many_bytes`.
 */
export async function decodePhoto(bytes: Uint8Array, maxSide: number): Promise<DecodedPhoto> {
  if (bytes.length > MAX_BYTES) {
    throw new FinalError('too_many_bytes', `${bytes.length} bytes are more than ${MAX_BYTES / 2 ** 20} MiB`);
  }
  if (photoKind(bytes) === undefined) {
    throw new FinalError('unreadable', 'not a JPEG, PNG or WebP file');
  }
  const { width, height, transparent } = await readHeader(bytes);
  if (width * height > MAX_PIXELS) {
    throw new FinalError('too_many_pixels', `${width}×${height} pixels are more than ${MAX_PIXELS / 1e6} megapixels`);
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

/** Size of the upright photo, from its header alone. */
async function readHeader(bytes: Uint8Array): Promise<Metadata['autoOrient'] & { transparent: boolean }> {
  try {
    const { autoOrient, hasAlpha } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return { ...autoOrient, transparent: hasAlpha };
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): FinalError {
  return new FinalError('unreadable', 'the photo is broken or incomplete', { cause });
}

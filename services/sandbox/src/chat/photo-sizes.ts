import sharp from 'sharp';

/** Longest sides of the copies Telegram makes of a photo, pixels. */
const SIDES = [90, 320, 800, 1280];
const LARGEST = SIDES.at(-1)!;
const STICKER = 512;
const MAX_PIXELS = 100_000_000;

export interface SizedPicture {
  bytes: Buffer;
  width: number;
  height: number;
}

/** Not a picture that can be sent as a photo. */
export class UnusablePhoto extends Error {}

/** Size in pixels of the upright picture. Reads the header only. Throws UnusablePhoto. */
export async function uprightSize(bytes: Buffer): Promise<{ width: number; height: number }> {
  if (!isKnownFormat(bytes)) throw new UnusablePhoto('not a JPEG, PNG, WebP or GIF');
  try {
    const { autoOrient } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return autoOrient;
  } catch (error) {
    throw new UnusablePhoto('broken picture', { cause: error });
  }
}

/**
 * Makes what Telegram keeps of a photo: upright JPEGs without metadata, longest sides 90, 320, 800 and 1280 as far
 * as the photo is that large, ascending; the last has the photo's own size if that is at most 1280.
 * Throws UnusablePhoto.
 */
export async function makePhotoSizes(bytes: Buffer): Promise<SizedPicture[]> {
  if (!isKnownFormat(bytes)) throw new UnusablePhoto('not a JPEG, PNG, WebP or GIF');
  try {
    const largest = await encode(bytes, LARGEST);
    const longest = Math.max(largest.width, largest.height);
    const smaller = SIDES.filter((side) => side < longest);
    return [...(await Promise.all(smaller.map((side) => encode(largest.bytes, side)))), largest];
  } catch (error) {
    throw new UnusablePhoto(`broken picture, or more than ${MAX_PIXELS / 1e6} megapixels`, { cause: error });
  }
}

/** Makes a sticker: a WebP whose longest side is 512. Throws UnusablePhoto. */
export async function makeSticker(bytes: Buffer): Promise<SizedPicture> {
  if (!isKnownFormat(bytes)) throw new UnusablePhoto('not a JPEG, PNG, WebP or GIF');
  try {
    const picture = sharp(bytes, { limitInputPixels: MAX_PIXELS }).autoOrient();
    const sized = picture.resize({ width: STICKER, height: STICKER, fit: 'inside' }).webp();
    const { data, info } = await sized.toBuffer({ resolveWithObject: true });
    return { bytes: data, width: info.width, height: info.height };
  } catch (error) {
    throw new UnusablePhoto('broken picture', { cause: error });
  }
}

async function encode(bytes: Buffer, side: number): Promise<SizedPicture> {
  const { data, info } = await sharp(bytes, { limitInputPixels: MAX_PIXELS })
    .autoOrient()
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: 'white' })
    .toColourspace('srgb')
    .jpeg({ quality: 87 })
    .toBuffer({ resolveWithObject: true });
  return { bytes: data, width: info.width, height: info.height };
}

/** By the first bytes: nothing else reaches a decoder. */
function isKnownFormat(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 12);
  return (
    start.startsWith('\xff\xd8\xff') ||
    start.startsWith('\x89PNG\r\n\x1a\n') ||
    start.startsWith('GIF8') ||
    (start.startsWith('RIFF') && start.endsWith('WEBP'))
  );
}

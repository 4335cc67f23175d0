import sharp, { type Sharp } from 'sharp';

/** Longest sides of the sizes that Telegram makes of a photo, pixels. */
const SIDES = [90, 320, 800, 1280];
const LARGEST = SIDES.at(-1)!;
const STICKER = 512;
const MAX_PIXELS = 100_000_000;

export interface SizedPicture {
  bytes: Buffer;
  width: number;
  height: number;
}

/** A file that can't be sent as a photo. */
export class UnusablePhoto extends Error {}

/** Size of the upright picture in pixels. Reads only the header. Throws UnusablePhoto. */
export async function uprightSize(bytes: Buffer): Promise<{ width: number; height: number }> {
  return decode(bytes, 'broken picture', async () => {
    return (await sharp(bytes, { limitInputPixels: false }).metadata()).autoOrient;
  });
}

/**
 * Makes the sizes of a photo as Telegram does: upright JPEGs without metadata, with longest sides of 90, 320, 800 and 1280
 * pixels, ascending. No size is larger than the photo, and the largest has at most 1280. Throws UnusablePhoto.
 */
export async function makePhotoSizes(bytes: Buffer): Promise<SizedPicture[]> {
  return decode(bytes, `broken picture, or more than ${MAX_PIXELS / 1e6} megapixels`, async () => {
    const largest = await encode(bytes, LARGEST);
    const longest = Math.max(largest.width, largest.height);
    const smaller = SIDES.filter((side) => side < longest);
    return [...(await Promise.all(smaller.map((side) => encode(largest.bytes, side)))), largest];
  });
}

/** Makes a sticker: a WebP with a longest side of 512 pixels. Throws UnusablePhoto. */
export async function makeSticker(bytes: Buffer): Promise<SizedPicture> {
  return decode(bytes, 'broken picture', () => {
    const picture = sharp(bytes, { limitInputPixels: MAX_PIXELS }).autoOrient();
    return toPicture(picture.resize({ width: STICKER, height: STICKER, fit: 'inside' }).webp());
  });
}

async function decode<T>(bytes: Buffer, problem: string, work: () => Promise<T>): Promise<T> {
  if (!isKnownFormat(bytes)) throw new UnusablePhoto('not a JPEG, PNG, WebP or GIF');
  try {
    return await work();
  } catch (error) {
    throw new UnusablePhoto(problem, { cause: error });
  }
}

function encode(bytes: Buffer, side: number): Promise<SizedPicture> {
  return toPicture(
    sharp(bytes, { limitInputPixels: MAX_PIXELS })
      .autoOrient()
      .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: 'white' })
      .toColourspace('srgb')
      .jpeg({ quality: 87 }),
  );
}

async function toPicture(image: Sharp): Promise<SizedPicture> {
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  return { bytes: data, width: info.width, height: info.height };
}

/** Reads the first bytes. No other format reaches a decoder. */
function isKnownFormat(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 12);
  return (
    start.startsWith('\xff\xd8\xff') ||
    start.startsWith('\x89PNG\r\n\x1a\n') ||
    start.startsWith('GIF8') ||
    (start.startsWith('RIFF') && start.endsWith('WEBP'))
  );
}

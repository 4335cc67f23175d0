import { greyPng } from '@attrai/bot/test/png';
import sharp, { type Sharp } from 'sharp';

export interface Input {
  name: string;
  filename: string;
  bytes: Buffer;
  /** A picture with scores, or what the refusal says. */
  expected: 'picture' | RegExp;
}

/** What users send besides good photos, as documents, because Telegram converts photos. Made from a good photo. */
export async function badInputs(photo: Buffer): Promise<Input[]> {
  const jpeg = await sharp(photo).jpeg().toBuffer();
  const png = await sharp(photo).png().toBuffer();
  const { width, height } = await sharp(photo).metadata();
  const ramp = Buffer.from(Array.from({ length: 64 * 64 }, (_, i) => i % 256));
  const noFace = sharp(ramp, { raw: { width: 64, height: 64, channels: 1 } }).png();
  const rotated = sharp(photo).rotate(-90).withMetadata({ orientation: 6 }).jpeg();
  const animated = sharp([photo, photo], { join: { animated: true } }).webp({ delay: [100, 100] });
  const gif = sharp(photo)
    .resize(width! >> 1, height! >> 1)
    .gif();
  const text = Buffer.from('no photo, just words\n'.repeat(99));

  const inputs: [name: string, filename: string, bytes: Buffer | Sharp, expected: Input['expected']][] = [
    ['empty', 'a.jpg', Buffer.alloc(0), /file is empty/],
    ['truncated', 'a.jpg', jpeg.subarray(0, jpeg.length / 2), /can't read this file/],
    ['text renamed', 'a.jpg', text, /can't read this file/],
    ['PNG bomb of 30,000×30,000', 'a.png', pngBomb(30_000), /too many pixels/],
    ['HEIC', 'a.heic', heic(), /can't read HEIC/],
    ['HEIC renamed', 'a.jpg', heic(), /can't read HEIC/],
    ['1×1', 'a.png', blank(1, 1), /no face/],
    ['no face', 'a.png', noFace, /no face/],
    ['more than 20 MB', 'a.jpg', padded(jpeg, 21_000_000), /too large/],
    ['nearly 20 MB', 'a.jpg', padded(jpeg, 19_900_000), 'picture'],
    ['CMYK', 'a.jpg', sharp(photo).toColourspace('cmyk').jpeg(), 'picture'],
    ['16 bits', 'a.png', sharp(photo).toColourspace('rgb16').png(), 'picture'],
    ['greyscale', 'a.jpg', sharp(photo).greyscale().jpeg(), 'picture'],
    ['alpha', 'a.png', sharp(png).ensureAlpha(0.9).png(), 'picture'],
    ['EXIF-rotated', 'a.jpg', rotated, 'picture'],
    ['animated WebP', 'a.webp', animated, 'picture'],
    ['animated GIF', 'a.gif', gif, /can't look at animations/],
  ];
  return Promise.all(
    inputs.map(async ([name, filename, image, expected]) => {
      return { name, filename, bytes: Buffer.isBuffer(image) ? image : await image.toBuffer(), expected };
    }),
  );
}

function blank(width: number, height: number): Sharp {
  return sharp({ create: { width, height, channels: 3, background: 'white' } }).png();
}

/** Still a valid file: decoders stop at the end-of-image marker. */
function padded(jpeg: Buffer, size: number): Buffer {
  return Buffer.concat([jpeg, Buffer.alloc(size - jpeg.length)]);
}

/** A square PNG of 1-bit grey: a few hundred kB that decode to `side`² pixels. */
function pngBomb(side: number): Buffer {
  return greyPng(side, side, 1, Buffer.alloc((1 + Math.ceil(side / 8)) * side));
}

/** The first bytes of a phone's HEIC file. */
function heic(): Buffer {
  const ftyp = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
  return Buffer.concat([ftyp, Buffer.alloc(5_000, 0x5a)]);
}

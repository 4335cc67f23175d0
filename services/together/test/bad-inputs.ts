import { greyPng } from '@attrai/bot/test/png';
import sharp from 'sharp';

export interface Input {
  name: string;
  filename: string;
  bytes: Buffer;
  /** A picture with scores, or what the refusal says. */
  expected: 'picture' | RegExp;
}

/** What users send besides good photos, made from a good one. All go as documents: Telegram converts photos itself. */
export async function badInputs(photo: Buffer): Promise<Input[]> {
  const jpeg = await sharp(photo).jpeg().toBuffer();
  const png = await sharp(photo).png().toBuffer();
  const { width, height } = await sharp(photo).metadata();
  const ramp = Buffer.from(Array.from({ length: 64 * 64 }, (_, i) => i % 256));

  return [
    { name: 'empty', filename: 'a.jpg', bytes: Buffer.alloc(0), expected: /file is empty/ },
    {
      name: 'truncated',
      filename: 'a.jpg',
      bytes: jpeg.subarray(0, jpeg.length / 2),
      expected: /can't read this file/,
    },
    {
      name: 'text renamed',
      filename: 'a.jpg',
      bytes: Buffer.from('no photo, just words\n'.repeat(99)),
      expected: /can't read this file/,
    },
    { name: 'PNG bomb of 30,000×30,000', filename: 'a.png', bytes: pngBomb(30_000), expected: /too many pixels/ },
    { name: 'HEIC', filename: 'a.heic', bytes: heic(), expected: /can't read HEIC/ },
    { name: 'HEIC renamed', filename: 'a.jpg', bytes: heic(), expected: /can't read this file/ },
    { name: '1×1', filename: 'a.png', bytes: await blank(1, 1), expected: /no face/ },
    {
      name: 'no face',
      filename: 'a.png',
      bytes: await sharp(ramp, { raw: { width: 64, height: 64, channels: 1 } })
        .png()
        .toBuffer(),
      expected: /no face/,
    },
    { name: 'more than 20 MB', filename: 'a.jpg', bytes: padded(jpeg, 21_000_000), expected: /too large/ },
    { name: 'nearly 20 MB', filename: 'a.jpg', bytes: padded(jpeg, 19_900_000), expected: 'picture' },
    {
      name: 'CMYK',
      filename: 'a.jpg',
      bytes: await sharp(photo).toColourspace('cmyk').jpeg().toBuffer(),
      expected: 'picture',
    },
    {
      name: '16 bits',
      filename: 'a.png',
      bytes: await sharp(photo).toColourspace('rgb16').png().toBuffer(),
      expected: 'picture',
    },
    {
      name: 'greyscale',
      filename: 'a.jpg',
      bytes: await sharp(photo).greyscale().jpeg().toBuffer(),
      expected: 'picture',
    },
    {
      name: 'alpha',
      filename: 'a.png',
      bytes: await sharp(png).ensureAlpha(0.9).png().toBuffer(),
      expected: 'picture',
    },
    {
      name: 'EXIF-rotated',
      filename: 'a.jpg',
      bytes: await sharp(photo).rotate(-90).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      expected: 'picture',
    },
    {
      name: 'animated WebP',
      filename: 'a.webp',
      bytes: await sharp([photo, photo], { join: { animated: true } })
        .webp({ delay: [100, 100] })
        .toBuffer(),
      expected: 'picture',
    },
    {
      name: 'animated GIF',
      filename: 'a.gif',
      bytes: await sharp(photo)
        .resize(width! >> 1, height! >> 1)
        .gif()
        .toBuffer(),
      expected: /can't look at animations/,
    },
  ];
}

const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'white' } })
    .png()
    .toBuffer();

/** A valid file: decoders stop at the end-of-image marker. */
function padded(jpeg: Buffer, size: number): Buffer {
  return Buffer.concat([jpeg, Buffer.alloc(size - jpeg.length)]);
}

/** A square PNG of 1-bit grey: a few hundred kB that decode to `side`² pixels. */
function pngBomb(side: number): Buffer {
  return greyPng(side, side, 1, Buffer.alloc((1 + Math.ceil(side / 8)) * side));
}

/** The front of a phone's HEIC file. */
function heic(): Buffer {
  const ftyp = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
  return Buffer.concat([ftyp, Buffer.alloc(5_000, 0x5a)]);
}

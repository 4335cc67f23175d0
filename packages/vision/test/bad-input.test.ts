import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { gradeOf } from '@attrai/contracts/errors';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadVision } from '../src/load-vision.ts';
import { decodePhoto } from '../src/photo/decode.ts';
import { encodeChunk } from '../src/photo/png/chunks.ts';
import type { Vision } from '../src/vision.ts';
import { groupPhoto, modelsDir } from './support/paths.ts';

let vision: Vision;
const photo = await readFile(groupPhoto);
const png = await sharp(photo).png().toBuffer();
const webp = await sharp(photo).webp().toBuffer();
// These are made before the pipeline forbids sharp to read anything but photos.
const gif = await sharp(photo).gif().toBuffer();
const avif = await sharp(photo).avif({ effort: 0 }).toBuffer();
const tiff = await sharp(photo).tiff().toBuffer();
const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"/>');

beforeAll(async () => {
  vision = await loadVision({ modelsDir });
});
afterAll(() => vision.close());

describe('refuses as unreadable', () => {
  test.each<[string, Buffer]>([
    ['an empty file', Buffer.alloc(0)],
    ['one byte', Buffer.from([0xff])],
    ['a renamed text', Buffer.from('This is no photo, whatever its name says.\n'.repeat(100))],
    ['a GIF', gif],
    ['an AVIF', avif],
    ['a TIFF', tiff],
    ['a HEIC', Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(5000)])],
    ['an SVG', svg],
    ['an SVG that begins like a JPEG', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), svg])],
    ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj\n')],
    ['only the signature of a JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ['only the signature of a PNG', png.subarray(0, 8)],
    ['only the signature of a WebP', webp.subarray(0, 12)],
    ['half a JPEG', photo.subarray(0, photo.length >> 1)],
    ['half a PNG', png.subarray(0, png.length >> 1)],
    ['half a WebP', webp.subarray(0, webp.length >> 1)],
    ['a PNG whose pixels are noise', withNoise(png)],
  ])('%s', async (_, bytes) => {
    const error = await vision.estimate(bytes).catch((thrown) => thrown);
    expect(error.code).toBe('unreadable');
    expect(gradeOf(error)).toBe('final');
  });
});

test.each([
  ['GIF', gif],
  ['AVIF', avif],
  ['TIFF', tiff],
  ['SVG', svg],
  ['PDF', Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF')],
  ['JPEG XL', Buffer.from([0xff, 0x0a, 0xfa, 0x1f, 0x41, 0x91, 0x08, 0x06, 0x01, 0x00])],
  ['JPEG 2000', Buffer.from([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 0x0d, 0x0a, 0x87, 0x0a, 0, 0, 0, 20])],
  ['PPM', Buffer.from('P6 1 1 255\nabc')],
  ['Radiance', Buffer.from('#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 1\nabcd')],
  ['FITS', Buffer.from('SIMPLE  =                    T'.padEnd(2_880))],
  ['CSV', Buffer.from('1,2\n3,4\n')],
])('the process has no decoder for %s, whatever the name of the file', async (_, bytes) => {
  await expect(sharp(bytes).metadata()).rejects.toThrow(/unsupported image format|blocked/);
  const disguised = join(await mkdtemp(join(tmpdir(), 'attrai-disguised-')), 'photo.jpg');
  try {
    await writeFile(disguised, bytes);
    await expect(sharp(disguised).metadata()).rejects.toThrow(/unsupported image format|blocked/);
  } finally {
    await rm(dirname(disguised), { recursive: true });
  }
});

test('sharp has the decoders of JPEG, PNG and WebP, and no other', async () => {
  const kinds = { photo, png, webp, gif, avif, tiff };
  const read: string[] = [];
  for (const [name, bytes] of Object.entries(kinds)) {
    const pixels = await sharp(bytes)
      .raw()
      .toBuffer()
      .catch(() => undefined);
    if (pixels !== undefined) read.push(name);
  }
  expect(read).toEqual(['photo', 'png', 'webp']);
});

test('refuses a file of more than 50 MB before it reads it', async () => {
  const large = Buffer.concat([photo, Buffer.alloc(50_000_001 - photo.length)]);
  const error = await vision.estimate(large).catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'too_many_bytes', grade: 'final' });
  expect((await vision.estimate(large.subarray(0, 50_000_000))).faces).toHaveLength(4);
});

describe('refuses as too many pixels, without decoding them', () => {
  test.each([
    ['a PNG bomb of 30,000×30,000 in a few kB', () => pngOfOneColour(30_000, 30_000)],
    ['a PNG that claims 2,000,000,000×1', () => pngOfOneColour(2_000_000_000, 1, 1000)],
    ['a JPEG that claims 65,500×65,500', () => claimSize(photo, 65_500, 65_500)],
  ])('%s', async (_, make) => {
    const bytes = make();
    expect(bytes.length).toBeLessThan(1_000_000);
    const before = process.memoryUsage.rss();
    const error = await vision.estimate(bytes).catch((thrown) => thrown);
    // A size that libpng or libvips itself finds absurd is 'unreadable' already.
    expect(error.code).toMatch(/^(too_many_pixels|unreadable)$/);
    expect(gradeOf(error)).toBe('final');
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 2 ** 20);
  });

  test('a photo that must be held whole has a lower limit than one that is decoded row by row', async () => {
    const cmyk = sharp({ create: { width: 64, height: 64, channels: 3, background: '#808080' } }).toColourspace('cmyk');
    const jpegs = await Promise.all(
      [true, false].map(async (progressive) => claimSize(await cmyk.jpeg({ progressive }).toBuffer(), 7_000, 5_000)),
    );
    const pngs = [true, false].map((interlaced) => deepPng(7_000, 5_000, interlaced));
    const answer = (bytes: Buffer) => vision.estimate(bytes).catch(({ code }) => code);
    const answers = await Promise.all([...jpegs, ...pngs].map(answer));
    // All of them end after a few rows. A decoder that goes row by row notices that.
    expect(answers).toEqual(['too_many_pixels', 'unreadable', 'too_many_pixels', 'unreadable']);
    await expect(vision.estimate(jpegs[0]!)).rejects.toThrow('7000×5000 progressive pixels are 280 MB, more than 200');
  });

  test('says how many there are and how many may be', async () => {
    const bytes = pngOfOneColour(30_000, 30_000);
    await expect(vision.estimate(bytes)).rejects.toThrow('30000×30000 pixels are more than 40 megapixels');
  });
});

describe('reads', () => {
  test.each<[string, () => Promise<Buffer>]>([
    ['a PNG', async () => png],
    ['a WebP', async () => webp],
    ['a CMYK JPEG', () => sharp(photo).toColourspace('cmyk').jpeg().toBuffer()],
    ['a 16-bit PNG', () => sharp(photo).toColourspace('rgb16').png().toBuffer()],
    ['a greyscale JPEG', () => sharp(photo).greyscale().jpeg().toBuffer()],
    ['a 16-bit greyscale PNG', () => sharp(photo).toColourspace('grey16').png().toBuffer()],
    ['a PNG with transparency', () => sharp(photo).ensureAlpha(0.9).png().toBuffer()],
    ['a greyscale PNG with transparency', () => sharp(photo).greyscale().ensureAlpha(0.9).png().toBuffer()],
    ['a PNG with a palette', () => sharp(photo).png({ palette: true }).toBuffer()],
    ['a progressive JPEG', () => sharp(photo).jpeg({ progressive: true }).toBuffer()],
    ['an interlaced PNG', () => sharp(photo).png({ progressive: true }).toBuffer()],
    ['a lossless WebP', () => sharp(photo).webp({ lossless: true, effort: 0 }).toBuffer()],
    ['a photo with a Display P3 profile', () => sharp(photo).withIccProfile('p3').jpeg().toBuffer()],
    ['a JPEG with other bytes after its end', async () => Buffer.concat([photo, Buffer.alloc(1000, 7)])],
    ['the first frame of an animation', animation],
  ])('%s', async (_, make) => {
    const { width, height, faces, picture } = await vision.estimate(await make());
    expect([width, height]).toEqual([620, 349]);
    expect(faces).toHaveLength(4);
    expect(picture).toBeInstanceOf(Buffer);
  });

  test('a photo of 1×1', async () => {
    const bytes = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#808080' } })
      .png()
      .toBuffer();
    expect(await vision.estimate(bytes)).toMatchObject({ width: 1, height: 1, faces: [], picture: undefined });
  });

  test('a photo of 20,000×1', async () => {
    const bytes = await sharp({ create: { width: 20_000, height: 1, channels: 3, background: '#808080' } })
      .png()
      .toBuffer();
    expect(await vision.estimate(bytes)).toMatchObject({ width: 20_000, height: 1, faces: [] });
  });

  test('transparency as white', async () => {
    const clear = { width: 20, height: 20, channels: 4, background: '#00000000' } as const;
    const { pixels } = await decodePhoto(await sharp({ create: clear }).png().toBuffer());
    expect(new Set(pixels.data)).toEqual(new Set([255]));
  });

  test('a photo of 20 MB, in bounded memory', async () => {
    const side = 2600;
    const noise = Buffer.alloc(side * side * 3);
    let state = 1;
    for (let i = 0; i < noise.length; i++) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      noise[i] = state >> 16;
    }
    const bytes = await sharp(noise, { raw: { width: side, height: side, channels: 3 } })
      .png({ compressionLevel: 0 })
      .toBuffer();
    expect(bytes.length).toBeGreaterThan(20_000_000);
    const before = process.memoryUsage.rss();
    expect(await vision.estimate(bytes)).toMatchObject({ width: side, height: side });
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 2 ** 20);
  });
});

test('reads or refuses a JPEG whose pixels are noise, and survives it', async () => {
  const answer = await vision.estimate(withNoise(photo)).catch((error) => error.code);
  expect(answer === 'unreadable' || answer.width === 620).toBe(true);
});

test('still works after all of that', async () => {
  expect((await vision.estimate(photo)).faces).toHaveLength(4);
});

async function animation(): Promise<Buffer> {
  const frames = await Promise.all(
    [0, 1].map((i) =>
      sharp(photo)
        .modulate({ brightness: 1 - i })
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true }),
    ),
  );
  const { width, height } = frames[0]!.info;
  const both = Buffer.concat(frames.map(({ data }) => data));
  return await sharp(both, { raw: { width, height: 2 * height, channels: 3, pageHeight: height } })
    .webp({ delay: [100, 100] })
    .toBuffer();
}

/** The same file with the last four fifths replaced by noise, which contains no JPEG marker (0xff). */
function withNoise(bytes: Buffer): Buffer {
  const broken = Buffer.from(bytes);
  for (let i = Math.floor(bytes.length / 5); i < bytes.length; i++) broken[i] = (i * 7919 + (i >> 3)) % 251;
  return broken;
}

/** A black PNG, of which only `rows` rows are really there. */
function pngOfOneColour(width: number, height: number, rows = height): Buffer {
  const bytes = Math.min(Math.ceil(width / 8) + 1, 4000) * Math.min(rows, 30_000);
  return pngOf(width, height, [1, 0, 0, 0, 0], Buffer.alloc(bytes));
}

/** 16 bits each of red, green, blue and alpha; it ends after one row. */
function deepPng(width: number, height: number, interlaced: boolean): Buffer {
  return pngOf(width, height, [16, 6, 0, 0, interlaced ? 1 : 0], Buffer.alloc(8 * width + 1));
}

/** @param form bit depth, colour type, compression, filter and interlace method, as in IHDR */
function pngOf(width: number, height: number, form: number[], content: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(form, 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    encodeChunk('IHDR', header),
    encodeChunk('IDAT', deflateSync(content)),
    encodeChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Writes another size into a JPEG's frame header. */
function claimSize(jpeg: Buffer, width: number, height: number): Buffer {
  const claiming = Buffer.from(jpeg);
  let at = 2;
  while (claiming[at + 1]! < 0xc0 || claiming[at + 1]! > 0xc2) at += 2 + claiming.readUInt16BE(at + 2);
  claiming.writeUInt16BE(height, at + 5);
  claiming.writeUInt16BE(width, at + 7);
  return claiming;
}

import { readFile } from 'node:fs/promises';
import sharp, { type Sharp, type WebpOptions } from 'sharp';
import { expect, test } from 'vitest';
import { decodePhoto } from '../src/photo/decode.ts';
import { groupPhoto } from './support/paths.ts';

const photo = await readFile(groupPhoto);
const [WIDTH, HEIGHT] = [310, 174];
const picture = await frame(sharp(photo).resize(WIDTH, HEIGHT, { fit: 'fill' }));
const darker = await frame(sharp(photo).resize(WIDTH, HEIGHT, { fit: 'fill' }).modulate({ brightness: 0.5 }));
const clear = await plain('#00000000');
const black = await plain('#000000');
const white = await plain('#ffffff');
/** One colour, as lossy compression leaves it. */
const grainy = Buffer.from(black.map((value, i) => (i % 4 === 3 ? 255 : value + ((i * 7) % 6))));

test.each([
  ['transparent', [clear, picture, darker]],
  ['black', [black, picture, darker]],
  ['black, white and transparent', [black, white, clear, picture, darker]],
  ['almost black', [grainy, picture, darker]],
  ['the picture itself', [picture, darker, clear]],
])('an animation gives its first frame that shows something; the frames before are %s', async (_, frames) => {
  for (const lossless of [true, false]) {
    expect(await differenceTo(picture, await animation(frames, { lossless }))).toBeLessThan(5);
  }
});

test('an animation that shows nothing in any frame gives its first frame', async () => {
  expect(await differenceTo(black, await animation([black, white, clear]))).toBe(0);
});

test('the search ends after 20 frames', async () => {
  // Two of the same in a row would become one.
  const blanks = (count: number) => Array.from({ length: count }, (_, i) => (i % 2 === 0 ? black : white));
  const after = (count: number) => animation([...blanks(count), picture]);
  expect(await differenceTo(picture, await after(19))).toBeLessThan(5);
  expect(await differenceTo(black, await after(20))).toBe(0);
});

test('the search ends after as many pixels as a photo may have', async () => {
  const [width, height] = [4000, 3000];
  const shades = [0, 255, 0].map((shade) => Buffer.alloc(width * height, shade));
  const striped = Buffer.alloc(width * height, Buffer.from([0, 255]));
  const raw = { width, height: 4 * height, channels: 1, pageHeight: height } as const;
  const bytes = await sharp(Buffer.concat([...shades, striped]), { raw })
    .webp({ lossless: true, effort: 0 })
    .toBuffer();
  // The fourth frame shows something: with it, it would be 48 megapixels.
  const { pixels } = await decodePhoto(bytes, 100);
  expect(new Set(pixels.data)).toEqual(new Set([0]));
}, 60_000);

test('a frame that covers a part of the picture is drawn over the frames before', async () => {
  // What does not change is not stored again.
  const badge = { width: 90, height: 60, channels: 3, background: '#0a0' } as const;
  const part = await sharp(black, { raw: { width: WIDTH, height: HEIGHT, channels: 4 } })
    .composite([{ input: { create: badge }, left: 10, top: 20 }])
    .raw()
    .toBuffer();
  expect(await differenceTo(part, await animation([black, part, picture]))).toBe(0);
});

test('a cut animation is read if it still has the frame that is taken', async () => {
  const bytes = await animation([clear, picture, darker]);
  expect(await differenceTo(picture, bytes.subarray(0, bytes.length * 0.9))).toBeLessThan(5);
});

async function frame(image: Sharp): Promise<Buffer> {
  return image.ensureAlpha().raw().toBuffer();
}

function plain(background: string): Promise<Buffer> {
  return frame(sharp({ create: { width: WIDTH, height: HEIGHT, channels: 4, background } }));
}

function animation(frames: Buffer[], options: WebpOptions = { lossless: true }): Promise<Buffer> {
  const raw = { width: WIDTH, height: HEIGHT * frames.length, channels: 4, pageHeight: HEIGHT } as const;
  return sharp(Buffer.concat(frames), { raw })
    .webp({ ...options, effort: 0 })
    .toBuffer();
}

/** The mean difference of what is read to a frame, levels. */
async function differenceTo(wanted: Buffer, bytes: Buffer): Promise<number> {
  const { data } = (await decodePhoto(bytes)).pixels;
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += Math.abs(data[i]! - wanted[Math.floor(i / 3) * 4 + (i % 3)]!);
  return sum / data.length;
}

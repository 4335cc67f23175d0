import { readFile } from 'node:fs/promises';
import { Detector } from '@attrai/vision/detect/detector';
import { loadVision } from '@attrai/vision/load-vision';
import { groupPhoto, modelsDir, teenPhoto } from '@attrai/vision/test/paths';
import { longerSide, type Vision } from '@attrai/vision/vision';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findMainFace, type MainFace } from '../src/fit/main-face.ts';
import { type CopyName, copiesToFit, copiesToTest, makeCopy, seedOf } from '../src/guard/copies.ts';
import { FRAMES } from '../src/guard/spectacles.ts';
import { SPOILT } from '../src/guard/spoil.ts';
import { type Raw, readRaw } from '../src/raw.ts';

const DRAWN: CopyName[] = [...FRAMES, 'sunglasses', 'cap', 'moustache', 'cover'];
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

const file = await readFile(teenPhoto);
const teen = await readRaw(file);
let main: MainFace;
let vision: Vision;
beforeAll(async () => {
  const detector = await Detector.open({ modelsDir });
  main = (await findMainFace(file, detector)) as MainFace;
  await detector.close();
  vision = await loadVision({ modelsDir });
});
afterAll(() => vision.close());

describe.each(DRAWN)('%s', (name) => {
  it('is drawn where it belongs, and leaves the rest of the photo unchanged', async () => {
    const [left, right, , mouth] = main.face.landmarks;
    const eyes = right[0] - left[0];
    const middle = (left[0] + right[0]) / 2;
    const level = (left[1] + right[1]) / 2;
    const places: Partial<Record<CopyName, [x: number, y: number]>> = {
      cap: [middle, level - 1.1 * eyes],
      moustache: [middle, level + 0.8 * (mouth[1] - level)],
      cover: [middle, level + 0.5 * eyes],
    };
    const copy = await readRaw(await makeCopy(name, teen, main.face, 3));
    expect([copy.width, copy.height]).toEqual([teen.width, teen.height]);
    expect(difference(teen, copy, places[name] ?? [middle, level], eyes)).toBeGreaterThan(3);
    expect(difference(teen, copy, [30, teen.height - 10], 20), 'a corner').toBeLessThan(3);
  });
});

it.each([...DRAWN, ...SPOILT])('%s: the same seed gives the same copy, another seed another copy', async (name) => {
  const [one, same, other] = await Promise.all([7, 7, 8].map((seed) => makeCopy(name, teen, main.face, seed)));
  expect(one!.equals(same!)).toBe(true);
  expect(one!.equals(other!)).toBe(false);
});

it('copies are what they are called: small, dim, bright, blurred, turned, an old print', async () => {
  for (const seed of SEEDS) {
    const of = async (name: CopyName) => readRaw(await makeCopy(name, teen, main.face, seed));
    const small = await of('small');
    const side = (longerSide(main.face.box) * small.width) / teen.width;
    expect(side).toBeGreaterThan(43);
    expect(side).toBeLessThan(81);
    expect(mean((await of('dim')).data)).toBeLessThan(0.65 * mean(teen.data));
    expect(mean((await of('bright')).data)).toBeGreaterThan(mean(teen.data));
    expect(roughness(await of('blurred'))).toBeLessThan(0.6 * roughness(teen));
    expect((await of('turned')).width).toBeGreaterThan(teen.width);
    const print = await of('old print');
    expect([print.width, print.height]).toEqual([teen.width, teen.height]);
  }
});

it('a small photo is not enlarged', async () => {
  const tiny = await readRaw(await sharp(file).resize(100).png().toBuffer());
  const face = { box: [20, 20, 70, 80], landmarks: main.face.landmarks } as unknown as MainFace['face'];
  for (const seed of SEEDS) expect((await readRaw(await makeCopy('small', tiny, face, seed))).width).toBeLessThan(101);
});

it('the bytes of a picture alone decide which copies it gets', async () => {
  const other = await readFile(groupPhoto);
  expect(seedOf(file)).toBe(seedOf(Buffer.from(file)));
  expect(seedOf(file)).not.toBe(seedOf(other));
  expect(copiesToFit(seedOf(file))).toEqual(copiesToFit(seedOf(file)));
});

it('many pictures get every kind of copy, and each gets one with glasses', () => {
  const seeds = Array.from({ length: 300 }, (_, i) => 7919 * i);
  const isGlasses = (name: CopyName) => name === 'sunglasses' || FRAMES.some((frame) => frame === name);
  for (const plan of [copiesToFit, copiesToTest]) {
    const all = seeds.map(plan);
    expect(new Set(all.flat())).toEqual(new Set([...DRAWN, ...SPOILT]));
    for (const copies of all) expect(copies.some(isGlasses)).toBe(true);
  }
  for (const seed of seeds) expect(new Set(copiesToTest(seed)).size).toBe(5);
});

it.each([...FRAMES, 'sunglasses', 'cap', 'moustache', 'small'] as const)(
  'a teenager is not scored in the copy %s',
  async (name) => {
    for (const seed of SEEDS) {
      const { faces } = await vision.estimate(await makeCopy(name, teen, main.face, seed));
      expect(faces, `seed ${seed}`).toMatchObject([{ score: null }]);
    }
  },
);

/** Mean difference of two pictures around a point, of 255. */
function difference(a: Raw, b: Raw, [x, y]: [number, number], reach: number): number {
  let sum = 0;
  let count = 0;
  for (let row = Math.round(y - reach / 4); row < y + reach / 4; row++) {
    for (let column = Math.round(x - reach); column < x + reach; column++) {
      for (let c = 0; c < 3; c++) {
        const at = 3 * (row * a.width + column) + c;
        sum += Math.abs(a.data[at]! - b.data[at]!);
        count++;
      }
    }
  }
  return sum / count;
}

function mean(data: Uint8Array): number {
  return data.reduce((sum, value) => sum + value, 0) / data.length;
}

/** Mean difference between neighbours in a row. */
function roughness({ data }: Raw): number {
  return data.reduce((sum, value, i) => sum + (i < 3 ? 0 : Math.abs(value - data[i - 3]!)), 0) / data.length;
}

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import asc from 'assemblyscript/asc';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { warp } from '../src/align/warp.ts';
import { Kernels } from '../src/kernels/kernels.ts';
import { inBlocks, levelFor, type Mips, makeMips } from '../src/mips.ts';
import type { Pixels } from '../src/pixels.ts';
import { sampleRect } from '../src/sample.ts';
import { blocksTensor } from '../src/score/blocks.ts';
import { batchTensor } from '../src/score/input.ts';
import { scorerInput } from '../src/score/metadata.ts';
import * as plain from './support/resample.ts';

const PACKAGE = path.join(import.meta.dirname, '..');
/** All cases share them, as all photos of an estimator do: nothing of an earlier photo may show. */
const kernels = new Kernels();

const side = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 10, max: 130 }));
const photo = fc.record({ width: side, height: side, seed: fc.nat() }).map(noise);
/** In photo pixels, also outside the photo. */
const place = fraction(-200, 300);
const length = fc.oneof(fraction(1 / 256, 400), fc.integer({ min: 1, max: 200 }));
const outSide = fc.integer({ min: 1, max: 70 });

test('the committed binary is what its source compiles to', { timeout: 60_000 }, async () => {
  const written: Uint8Array[] = [];
  const { error, stderr } = await asc.main(['--config', 'kernels/asconfig.json', '--baseDir', PACKAGE], {
    writeFile: (_, contents) => {
      written.push(contents as Uint8Array);
    },
  });
  expect(error, stderr.toString()).toBeNull();
  const committed = await readFile(path.join(PACKAGE, 'src/kernels/kernels.wasm'));
  expect(written.map((bytes) => committed.equals(bytes))).toEqual([true]);
});

test('halves a photo of any size, equal to the bit', () => {
  fc.assert(
    fc.property(photo, (pixels) => {
      const mips = makeMips(pixels, kernels);
      let expected = pixels;
      for (const { at, width, height } of mips.levels) {
        expect({ width, height }).toEqual({ width: expected.width, height: expected.height });
        const bytes = expected.data.length;
        expectSame(kernels.memory(0).subarray(at, at + bytes), expected.data);
        expected = plain.halve(expected);
      }
    }),
  );
});

test('puts the pixels of each block of 2×2 side by side', () => {
  const even = fc.integer({ min: 1, max: 40 }).map((half) => 2 * half);
  fc.assert(
    fc.property(photo, even, even, fc.nat(), (pixels, width, height, seed) => {
      const { data } = noise({ width, height, seed });
      const blocks = inBlocks(makeMips(pixels, kernels), data, width);
      const expected: number[] = [];
      for (let y = 0; y < height; y += 2) {
        for (let x = 0; x < width; x += 2) {
          for (const row of [y, y + 1]) {
            const at = (row * width + x) * 3;
            expected.push(...data.subarray(at, at + 6));
          }
        }
      }
      expect(blocks).toEqual(Uint8Array.from(expected));
    }),
  );
});

test('blocksTensor gives the same as batchTensor, to the bit', () => {
  const even = fc.integer({ min: 4, max: 40 }).map((half) => 2 * half);
  const few = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(even, few, fc.boolean(), fc.nat(), (size, count, mirror, seed) => {
      const input = scorerInput.parse({ layout: 'blocks', type: 'uint8', size, mirror });
      const { data } = noise({ width: size, height: size * count, seed });
      const { data: actual, dims } = blocksTensor(input, data, kernels);
      const expected = batchTensor(input, data);
      expect(dims).toEqual(expected.dims);
      expectSame(actual as Uint8Array, expected.data as Uint8Array);
    }),
  );
});

test('samples any rectangle of any photo, enlarged or reduced, equal to the bit', () => {
  fc.assert(
    fc.property(photo, place, place, length, length, outSide, outSide, (pixels, x, y, across, down, width, height) => {
      const mips = makeMips(pixels, kernels);
      const out = new Uint8Array(width * height * 3 + 10).fill(77);
      sampleRect(mips, [x, y, x + across, y + down], { width, height }, out.subarray(5));
      const { picture, size } = levelOf(pixels, mips, Math.min(across / width, down / height));
      const rect = [x * size, y * size, (x + across) * size, (y + down) * size] as const;
      const { data } = plain.resample(picture, rect, width, height);
      expectSame(out, [77, 77, 77, 77, 77, ...data, 77, 77, 77, 77, 77]);
    }),
    { numRuns: 300 },
  );
});

test('cuts a face from any place of any photo, at any angle and size, equal to the bit', () => {
  const slope = fraction(-5, 5);
  fc.assert(
    fc.property(photo, slope, slope, place, place, outSide, (pixels, a, b, tx, ty, side) => {
      const mips = makeMips(pixels, kernels);
      const out = new Uint8Array(side * side * 3 + 10).fill(77);
      warp(mips, { a, b, tx, ty }, side, out.subarray(5));
      const { picture, size } = levelOf(pixels, mips, Math.hypot(a, b));
      const toPicture = { a: a * size, b: b * size, tx: tx * size, ty: ty * size };
      const { data } = plain.warp(picture, toPicture, 0.5 * size - 0.5, side);
      expectSame(out, [77, 77, 77, 77, 77, ...data, 77, 77, 77, 77, 77]);
    }),
    { numRuns: 300 },
  );
});

test('never reads or writes behind the end of the memory, for any size of photo and result', () => {
  const wide = noise({ width: 400, height: 1, seed: 1 });
  for (let height = 1; height < 250; height++) {
    sampleRect(makeMips(wide), [0, 0, 400, 1], { width: 100, height }, new Uint8Array(300 * height));
  }
  for (let width = 10_000; width < 22_000; width += 100) {
    const toLastPixel = { a: 1, b: 0, tx: width - 1, ty: 0 };
    warp(makeMips(noise({ width, height: 1, seed: 1 })), toLastPixel, 1, new Uint8Array(3));
  }
});

test('refuses to sample a photo if the kernels hold another one', () => {
  const own = new Kernels();
  const first = makeMips(noise({ width: 50, height: 40, seed: 1 }), own);
  const second = makeMips(noise({ width: 50, height: 40, seed: 2 }), own);
  const sample = (mips: Mips) => sampleRect(mips, [0, 0, 50, 40], { width: 5, height: 4 }, new Uint8Array(60));
  expect(() => sample(first)).toThrow('another photo');
  expect(() => sample(second)).not.toThrow();
});

test('a hundred smaller photos need no more memory than the first one', () => {
  const own = new Kernels();
  const out = new Uint8Array(300 * 300 * 3);
  const run = (width: number, height: number) => {
    const mips = makeMips(noise({ width, height, seed: 1 }), own);
    sampleRect(mips, [0, 0, width, height], { width: 300, height: 300 }, out);
  };
  run(400, 300);
  const { length: before } = own.memory(0);
  for (let i = 0; i < 100; i++) run(1 + (i % 90), 1 + (i % 70));
  expect(own.memory(0).length).toBe(before);
});

/** The halving to sample when an output pixel covers `ratio` photo pixels, and its size relative to the photo. */
function levelOf(pixels: Pixels, mips: Mips, ratio: number): { picture: Pixels; size: number } {
  const level = levelFor(mips, ratio);
  let picture = pixels;
  for (let i = 0; i < level; i++) picture = plain.halve(picture);
  return { picture, size: 2 ** -level };
}

/** Any number, or one that lies in the middle between two 128ths, which both codes must round alike. */
function fraction(min: number, max: number): fc.Arbitrary<number> {
  const halves = fc.integer({ min: min * 256, max: max * 256 }).map((i) => i / 256);
  return fc.oneof(fc.double({ min, max, noNaN: true }), halves);
}

/** Noise with much black and white, so that every sum reaches its limits. */
function noise({ width, height, seed }: { width: number; height: number; seed: number }): Pixels {
  let state = seed;
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const value = state >>> 23;
    return value < 256 ? value : value & 1 ? 255 : 0;
  });
  return { data, width, height };
}

/** Quicker than `toEqual`, and names the first wrong byte. */
function expectSame(actual: Uint8Array, expected: ArrayLike<number>): void {
  const wrong = actual.findIndex((value, i) => value !== expected[i]);
  expect(wrong < 0 ? 'the same' : `byte ${wrong} is ${actual[wrong]}, not ${expected[wrong]}`).toBe('the same');
  expect(actual.length).toBe(expected.length);
}

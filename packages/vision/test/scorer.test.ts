import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gradeOf } from '@attrai/contracts/errors';
import { describe, expect, test } from 'vitest';
import { template } from '../src/align/template.ts';
import type { Detection } from '../src/detect/onet.ts';
import { makeMips } from '../src/mips.ts';
import { multipliesBytes } from '../src/processor.ts';
import { toScale } from '../src/score/metadata.ts';
import { Scorer } from '../src/score/scorer.ts';
import { type TinyModel, tinyModel } from './support/onnx-file.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const folder = temporaryFolder();

/** Knots that bring 0 to 255 to the ten-point scale: the score shows the value that the model saw. */
const BYTES = { knots: [0, 10].map((score) => [25.5 * score, score]) };

/** A photo with red 200, green 100, blue 50 on the left half, and half of that on the right. A face fills it. */
const photo = (() => {
  const data = new Uint8Array(150 * 150 * 3);
  for (let i = 0; i < 150 * 150; i++) data.set(i % 150 < 75 ? [200, 100, 50] : [100, 50, 25], i * 3);
  return makeMips({ data, width: 150, height: 150 });
})();
const face: Detection = { box: [0, 0, 150, 150], landmarks: template(150), probability: 1 };

describe("scores with a model of the user's own", () => {
  const rows = { type: 'uint8', shape: ['N', 150, 150, 3], gives: 'first' } as const;
  const floatRows = { type: 'float32', shape: ['N', 64, 64, 3], gives: 'first' } as const;
  const planes = { type: 'float32', shape: ['N', 3, 64, 64], gives: 'first' } as const;
  const blocks = { type: 'uint8', shape: ['N', 75, 75, 12], gives: 'first' } as const;
  const nhwc = { layout: 'NHWC', type: 'uint8', size: 150, mirror: false };
  const float = { type: 'float32', size: 64, mean: [10, 20, 30] };

  test.each([
    ['uint8, NHWC, RGB, aligned by landmarks', rows, nhwc, 200],
    ['BGR', rows, { ...nhwc, channels: 'BGR' }, 50],
    ['mirrored, as the mean of both', rows, { ...nhwc, mirror: true }, 150],
    ['blocks of 2×2 pixels', blocks, { ...nhwc, layout: 'blocks' }, 200],
    ['blocks, mirrored', blocks, { ...nhwc, layout: 'blocks', mirror: true }, 150],
    ['blocks, BGR', blocks, { ...nhwc, layout: 'blocks', channels: 'BGR' }, 50],
    ['float32, NHWC, with mean and std', floatRows, { ...nhwc, ...float, std: [2, 1, 1] }, (200 - 10) / 2],
    [
      'float32, NCHW, with mean and std per channel in the order of the channels',
      planes,
      { ...nhwc, ...float, layout: 'NCHW', channels: 'BGR', std: [0.5, 1, 1] },
      (50 - 10) / 0.5,
    ],
  ])('%s', async (_, model, input, expected) => {
    expect(await rawScore(model, input)).toBeCloseTo(expected, 3);
  });

  test('uint8, NCHW', async () => {
    const input = { layout: 'NCHW', type: 'uint8', size: 32, crop: { by: 'box', margin: 0 }, mirror: false };
    const model = { type: 'uint8', shape: ['N', 3, 32, 32], gives: 'mean of left' } as const;
    expect(Math.abs((await rawScore(model, input)) - 350 / 3)).toBeLessThan(1);
  });

  test('cut out by the box with a margin, at a size of its own', async () => {
    const input = { layout: 'NCHW', type: 'float32', size: 32, crop: { by: 'box', margin: 0 }, mirror: false };
    const model = { type: 'float32', shape: ['N', 3, 32, 32], gives: 'mean of left' } as const;
    const left: Detection = { ...face, box: [0, 0, 75, 75] };
    const right: Detection = { ...face, box: [75, 0, 150, 75] };
    const straddling: Detection = { ...face, box: [40, 40, 110, 110] };
    expect(Math.abs((await rawScore(model, input, [left])) - 350 / 3)).toBeLessThan(1);
    const widened = { ...input, crop: { by: 'box', margin: 0.5 } };
    expect(Math.abs((await rawScore(model, widened, [straddling])) - 350 / 3)).toBeLessThan(1);
    expect(Math.abs((await rawScore(model, input, [right])) - 175 / 3)).toBeLessThan(1);
  });

  test('more faces than fit into one batch, in their order', async () => {
    const scorer = await Scorer.open(await write(rows, { ...nhwc, mirror: true }), 1);
    const chips = new Uint8Array(21 * 150 * 150 * 3);
    for (let i = 0; i < 21; i++) chips.fill(10 * i, i * 67_500, (i + 1) * 67_500);
    const readings = await scorer.read(chips);
    expect(readings.map(({ score }) => Math.round(score * 25.5))).toEqual(Array.from({ length: 21 }, (_, i) => 10 * i));
    await scorer.close();
  });

  async function rawScore(model: Omit<TinyModel, 'metadata'>, input: object, faces = [face]): Promise<number> {
    const scorer = await Scorer.open(await write(model, input), 1);
    const [reading] = await scorer.read(scorer.cutChips(photo, faces));
    await scorer.close();
    return reading!.score * 25.5;
  }
});

describe("refuses a model that can't work, and says what to change", () => {
  const uint8 = { type: 'uint8', shape: ['N', 150, 150, 3], gives: 'mean' } as const;
  const input = { layout: 'NHWC', type: 'uint8', size: 150 };

  test.each([
    ['without metadata', { ...uint8, metadata: {} }, /lack attrai\.input.*for example: attrai\.input = \{/],
    ['without a scale', { ...uint8, metadata: { 'attrai.input': JSON.stringify(input) } }, /lack attrai\.scale/],
    ['with metadata that is no JSON', model(uint8, 'NHWC'), /attrai\.input in its metadata_props is not JSON/],
    [
      'with blocks of an odd size',
      model(uint8, { ...input, layout: 'blocks', size: 75 }),
      /attrai\.input\.size: must be even/,
    ],
    ['with an unknown layout', model(uint8, { ...input, layout: 'HWC' }), /attrai\.input\.layout/],
    ['with a misspelt setting', model(uint8, { ...input, mirrored: true }), /mirrored/],
    ['with a std of 0', model(uint8, { ...input, std: [1, 0, 1] }), /attrai\.input\.std.*above 0/],
    [
      'with knots that fall',
      model(uint8, input, { knots: [5, 1].map((raw) => [raw, raw]) }),
      /attrai\.scale\.knots.*rise/,
    ],
    ['of another type than it says', model({ ...uint8, type: 'float32' }, input), /input is float32.*says uint8/],
    ['of another size than it says', model(uint8, { ...input, size: 224 }), /\[N,224,224,3\]/],
    ['of another layout than it says', model(uint8, { ...input, layout: 'NCHW' }), /\[N,3,150,150\]/],
    ['for one face at a time', model({ ...uint8, shape: [1, 150, 150, 3] }, input), /free first dimension/],
    [
      'that gives no number for a black picture',
      model(
        { type: 'float32', shape: ['N', 150, 150, 3], gives: 'arc cosine of first' },
        { ...input, type: 'float32', mean: [-9, -9, -9] },
      ),
      /NaN for a face: check mean and std/,
    ],
    ['that gives two numbers a face', model({ ...uint8, gives: 'two numbers' }, input), /4 numbers for 2 faces/],
  ])('%s', async (_, tiny, message) => {
    const path = join(folder, `${crypto.randomUUID()}.onnx`);
    await writeFile(path, tinyModel(tiny));
    const error = await Scorer.open(path, 1).catch((thrown) => thrown);
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
    expect(gradeOf(error)).toBe('fatal');
  });

  test.each([
    ['a text file', Buffer.from('hello')],
    ['a photo', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])],
    ['an empty file', Buffer.alloc(0)],
  ])('%s', async (_, bytes) => {
    const path = join(folder, `${crypto.randomUUID()}.onnx`);
    await writeFile(path, bytes);
    await expect(Scorer.open(path, 1)).rejects.toMatchObject({ code: 'scorer_unusable' });
  });

  test('a file that is not there', async () => {
    await expect(Scorer.open(join(folder, 'none.onnx'), 1)).rejects.toMatchObject({ code: 'scorer_unusable' });
  });
});

test('a photo fails for good if the model gives no number for a face', async () => {
  const path = await write(
    { type: 'uint8', shape: ['N', 150, 150, 3], gives: 'arc cosine of first' },
    { layout: 'NHWC', type: 'uint8', size: 150, mirror: false },
  );
  const scorer = await Scorer.open(path, 1);
  const bright = scorer.read(scorer.cutChips(photo, [face]));
  await expect(bright).rejects.toMatchObject({ code: 'no_score', grade: 'final' });
  await expect(bright).rejects.toThrow('NaN for a face');
  expect(await scorer.read(new Uint8Array(150 * 150 * 3))).toMatchObject([{ score: expect.any(Number) }]);
  await scorer.close();
});

test('the scale is linear between the knots and constant outside', () => {
  const knots = Object.entries({ 1: -1, 4: 0, 9: 2 }).map(([score, raw]): [number, number] => [raw, Number(score)]);
  expect([-5, -1, -0.5, 0, 1, 2, 9].map((raw) => toScale({ knots }, raw))).toEqual([1, 1, 2.5, 4, 6.5, 9, 9]);
});

function model(tiny: Omit<TinyModel, 'metadata'>, input: object | string, scale: object = BYTES): TinyModel {
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  return { ...tiny, metadata: { 'attrai.input': text, 'attrai.scale': JSON.stringify(scale) } };
}

async function write(tiny: Omit<TinyModel, 'metadata'>, input: object): Promise<string> {
  const path = join(folder, `${crypto.randomUUID()}.onnx`);
  await writeFile(path, tinyModel(model(tiny, input)));
  return path;
}

test.each([
  ['a server of 2023', 'flags\t\t: fpu avx512f avx512_vnni amx_tile\n', true],
  ['a laptop of 2023', 'flags\t\t: fpu avx2 avx_vnni\n', true],
  ['a server of 2016', 'flags\t\t: fpu avx2 avx512f\n', false],
  ['an ARM board', 'Features\t: fp asimd asimddp\n', false],
  ['a system without /proc/cpuinfo', '', false],
])('knows whether %s computes faster in bytes', (_, cpuInfo, faster) => {
  expect(multipliesBytes(cpuInfo)).toBe(faster);
});

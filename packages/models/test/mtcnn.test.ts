import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildModels, distance, run } from './models.ts';
import { noise, waves } from './pixels.ts';
import { plainOnet, plainPnet, plainRnet } from './plain-mtcnn.ts';

/** Rounding of float32 sums. */
const TOLERANCE = 2e-5;

let dir: string;
beforeAll(async () => {
  dir = await buildModels();
});
afterAll(() => rm(dir, { recursive: true }));

describe('the converted MTCNN gives what its source weights give, number by number', () => {
  // Odd and even sides pad the pool differently.
  it.each([
    [41, 30],
    [26, 37],
  ])('P-Net over %i×%i pixels', async (width, height) => {
    for (const pixels of [noise(1, width, height), waves(1, width, height)]) {
      const expected = plainPnet(pixels, width, height);
      const { probability, regression } = await run(path.join(dir, 'pnet.onnx'), 'image', pixels, [
        1,
        height,
        width,
        3,
      ]);
      expect(probability!.dims).toEqual([1, expected.rows, expected.columns]);
      expect(regression!.dims).toEqual([1, 4, expected.rows, expected.columns]);
      expect(distance(probability!.data, expected.probability)).toBeLessThan(TOLERANCE);
      expect(distance(regression!.data, expected.regression)).toBeLessThan(TOLERANCE);
    }
  });

  it('R-Net over crops of 24 pixels', async () => {
    const crops = [noise(2, 24, 24), waves(2, 24, 24), waves(3, 24, 24)];
    const expected = crops.map(plainRnet);
    const { probability, regression } = await run(path.join(dir, 'rnet.onnx'), 'crops', joined(crops), [3, 24, 24, 3]);
    expect(probability!.dims).toEqual([3]);
    expect(regression!.dims).toEqual([3, 4]);
    expect(
      distance(
        probability!.data,
        expected.map((answer) => answer.probability),
      ),
    ).toBeLessThan(TOLERANCE);
    expect(
      distance(
        regression!.data,
        expected.flatMap((answer) => answer.regression),
      ),
    ).toBeLessThan(TOLERANCE);
  });

  it('O-Net over crops of 48 pixels', async () => {
    const crops = [noise(3, 48, 48), waves(4, 48, 48)];
    const expected = crops.map(plainOnet);
    const answers = await run(path.join(dir, 'onet.onnx'), 'crops', joined(crops), [2, 48, 48, 3]);
    const { probability, regression, landmarks } = answers;
    expect(landmarks!.dims).toEqual([2, 10]);
    expect(
      distance(
        probability!.data,
        expected.map((answer) => answer.probability),
      ),
    ).toBeLessThan(TOLERANCE);
    expect(
      distance(
        regression!.data,
        expected.flatMap((answer) => answer.regression),
      ),
    ).toBeLessThan(TOLERANCE);
    expect(
      distance(
        landmarks!.data,
        expected.flatMap((answer) => answer.landmarks),
      ),
    ).toBeLessThan(TOLERANCE);
  });
});

function joined(crops: Uint8Array[]): Uint8Array {
  return Uint8Array.from(crops.flatMap((crop) => [...crop]));
}

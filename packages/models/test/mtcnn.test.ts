import { describe, expect, it } from 'vitest';
import { distance, run } from './models.ts';
import { noise, waves } from './pixels.ts';
import { plainOnet, plainPnet, plainRnet } from './plain-mtcnn.ts';

/** Rounding of float32 sums. */
const TOLERANCE = 2e-5;

describe('the converted MTCNN gives the same numbers as its source weights', () => {
  // Odd and even sides pad the pool differently.
  it.each([
    [41, 30],
    [26, 37],
  ])('P-Net over %i×%i pixels', async (width, height) => {
    for (const pixels of [noise(1, width, height), waves(1, width, height)]) {
      const expected = plainPnet(pixels, width, height);
      const { probability, regression } = await run('pnet.onnx', 'image', pixels, [1, height, width, 3]);
      expect(probability!.dims).toEqual([1, expected.rows, expected.columns]);
      expect(regression!.dims).toEqual([1, 4, expected.rows, expected.columns]);
      expectSame(probability!.data, expected.probability);
      expectSame(regression!.data, expected.regression);
    }
  });

  it('R-Net over crops of 24 pixels', async () => {
    const crops = [noise(2, 24, 24), waves(2, 24, 24), waves(3, 24, 24)];
    const answers = await run('rnet.onnx', 'crops', joined(crops), [3, 24, 24, 3]);
    expect(answers.probability!.dims).toEqual([3]);
    expect(answers.regression!.dims).toEqual([3, 4]);
    expectAnswers(answers, crops.map(plainRnet), ['probability', 'regression']);
  });

  it('O-Net over crops of 48 pixels', async () => {
    const crops = [noise(3, 48, 48), waves(4, 48, 48)];
    const answers = await run('onet.onnx', 'crops', joined(crops), [2, 48, 48, 3]);
    expect(answers.landmarks!.dims).toEqual([2, 10]);
    expectAnswers(answers, crops.map(plainOnet), ['probability', 'regression', 'landmarks', 'covered']);
  });
});

function expectAnswers<Output extends string>(
  found: Awaited<ReturnType<typeof run>>,
  wanted: readonly Record<Output, number | number[]>[],
  outputs: readonly Output[],
): void {
  for (const output of outputs) {
    expectSame(
      found[output]!.data,
      wanted.flatMap((answer) => answer[output]),
    );
  }
}

function joined(crops: Uint8Array[]): Uint8Array {
  return Uint8Array.from(crops.flatMap((crop) => [...crop]));
}

function expectSame(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(distance(found, wanted)).toBeLessThan(TOLERANCE);
}

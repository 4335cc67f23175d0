import { Matrix, solve } from 'ml-matrix';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, it } from 'vitest';
import { fitRidge, type LinearModel } from '../src/fit/ridge.ts';
import { WeightedSums } from '../src/guard/weighted-ridge.ts';

interface Sample {
  features: number[];
  target: number;
  weight: number;
}

/** Samples of three features on different scales, one with a large mean; weights from 0 to 3. */
function samples(count: number): Sample[] {
  const random = xoroshiro128plus(5);
  const uniform = () => 2 * uniformFloat64(random) - 1;
  return Array.from({ length: count }, () => {
    const features = [uniform(), 100 + 2 * uniform(), 0.3 * uniform()];
    const [a, b, c] = features as [number, number, number];
    return {
      features,
      target: 5 + 3 * a - 2 * b + 5 * c + 2 * uniform(),
      weight: Math.floor(4 * uniformFloat64(random)),
    };
  });
}

function sumsOf(list: readonly Sample[]): WeightedSums {
  const sums = new WeightedSums(3);
  for (const { features, target, weight } of list) sums.add(features, target, weight);
  return sums;
}

function expectSame(a: LinearModel, b: LinearModel): void {
  a.weights.forEach((weight, j) => {
    expect(weight).toBeCloseTo(b.weights[j]!, 7);
  });
  expect(a.intercept).toBeCloseTo(b.intercept, 5);
}

it('gives the line that two points must have', () => {
  const sums = new WeightedSums(1);
  sums.add([1], 10, 1);
  sums.add([3], 20, 1);
  // Standardised: -1 and 1. Σx² + λ = 2 + 2, Σxy = 10: the slope is 10 / 4, in the feature's own unit as the sd is 1.
  const { weights, intercept } = sums.solve(2);
  expect(weights[0]).toBeCloseTo(2.5);
  expect(intercept).toBeCloseTo(15 - 2.5 * 2);
});

it('solves the weighted normal equations', () => {
  const list = samples(61);
  const lambda = 7;
  const total = list.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (of: (sample: Sample) => number) => list.reduce((sum, one) => sum + one.weight * of(one), 0) / total;
  const means = [0, 1, 2].map((j) => mean(({ features }) => features[j]!));
  const sds = means.map((m, j) => Math.sqrt(mean(({ features }) => (features[j]! - m) ** 2)));
  const standard = new Matrix(list.map(({ features }) => features.map((value, j) => (value - means[j]!) / sds[j]!)));
  // A weight counts relative to the mean of all weights above 0.
  const counted = list.filter(({ weight }) => weight > 0).length;
  const weighted = Matrix.diag(list.map(({ weight }) => (weight * counted) / total));
  const meanTarget = mean(({ target }) => target);
  const left = standard.transpose().mmul(weighted);
  const gram = left.mmul(standard).add(Matrix.eye(3).mul(lambda));
  const found = solve(gram, left.mmul(Matrix.columnVector(list.map(({ target }) => target - meanTarget))));
  const weights = found.to1DArray().map((weight, j) => weight / sds[j]!);
  const intercept = weights.reduce((sum, weight, j) => sum - weight * means[j]!, meanTarget);
  expectSame(sumsOf(list).solve(lambda), { weights, intercept });
});

it('with equal weights gives the same as the ridge of the scorer head', () => {
  const list = samples(40).map((sample) => ({ ...sample, weight: 2 }));
  const [features, targets] = [list.map((sample) => sample.features), list.map(({ target }) => target)];
  const head = fitRidge({ features, targets }, [10]);
  expectSame(sumsOf(list).solve(10), head);
});

it('the sums of parts add up to the whole, and are not changed by that', () => {
  const list = samples(45);
  const [part, rest] = [sumsOf(list.slice(0, 13)), sumsOf(list.slice(13))];
  const before = part.solve(3);
  const all = new WeightedSums(3);
  all.addAll(part);
  all.addAll(rest);
  expectSame(all.solve(3), sumsOf(list).solve(3));
  expectSame(part.solve(3), before);
});

it('gives a feature that never varies no weight', () => {
  const sums = new WeightedSums(4);
  for (const { features, target } of samples(30)) sums.add([...features, 7], target, 1);
  const { weights, intercept } = sums.solve(1);
  expect(Math.abs(weights[3]!)).toBeLessThan(1e-6);
  expect(Number.isFinite(intercept)).toBe(true);
});

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { expect, it } from 'vitest';
import { crossValidate } from '../src/fit/cross-validate.ts';
import { validate } from '../src/fit/fit.ts';
import { guessScale, ratingScale } from '../src/fit/scale.ts';
import { FEATURES } from '../src/nets/face-net.ts';
import { VIEWS } from '../src/nets/views.ts';

const COUNT = 23;
const features = Array.from({ length: COUNT }, (_, i) => [i]);
const targets = features.map(([i]) => 10 * i!);
const samples = { features, targets };

it('never trains on the fold that it tests, and tests every sample once in each repeat', () => {
  const tested: number[] = [];
  const trainings: { rows: number[]; asked: number[] }[] = [];
  crossValidate(samples, {
    folds: 5,
    repeats: 3,
    seed: 1,
    train: (seen) => {
      const rows = seen.features.map((row) => row[0]!);
      expect(seen.targets).toEqual(rows.map((row) => 10 * row));
      const training = { rows, asked: [] as number[] };
      trainings.push(training);
      return (row) => {
        training.asked.push(row[0]!);
        tested.push(row[0]!);
        return 0;
      };
    },
  });
  expect(trainings).toHaveLength(15);
  for (const { rows, asked } of trainings) {
    expect(asked.filter((row) => rows.includes(row))).toEqual([]);
    expect([...rows, ...asked].sort((a, b) => a - b)).toEqual(features.map(([i]) => i));
    expect(asked.length).toBeGreaterThanOrEqual(4);
    expect(asked.length).toBeLessThanOrEqual(5);
  }
  expect(tested.sort((a, b) => a - b)).toEqual(features.flatMap(([i]) => [i, i, i]));
});

it('gives the same folds for the same seed, and others for another seed or in another repeat', () => {
  const folds = (seed: number) => {
    const asked: number[][] = [];
    const train = () => {
      const own: number[] = [];
      asked.push(own);
      return (row: ArrayLike<number>) => own.push(row[0]!);
    };
    crossValidate(samples, { folds: 5, repeats: 2, seed, train });
    return asked;
  };
  expect(folds(1)).toEqual(folds(1));
  expect(folds(1)).not.toEqual(folds(2));
  expect(folds(1).slice(0, 5)).not.toEqual(folds(1).slice(5));
});

it('gives r and error of the predictions', () => {
  const predictTarget = crossValidate(samples, {
    folds: 5,
    repeats: 2,
    seed: 1,
    train: () => (row) => 10 * row[0]! + 3,
  });
  expect(predictTarget.r.mean).toBeCloseTo(1);
  expect(predictTarget.mae).toEqual({ mean: 3, sd: 0 });
  expect(predictTarget.predictions).toEqual(targets.map((target) => target + 3));
});

it('finds nothing in noise, though there are as many features as samples', () => {
  const random = xoroshiro128plus(5);
  const uniform = () => uniformFloat64(random);
  const length = VIEWS.length * FEATURES;
  const noise = Array.from({ length: 60 }, () => Float64Array.from({ length }, uniform));
  const { r } = validate({ features: noise, targets: noise.map(() => uniform()) }, 1);
  expect(r.mean).toBeLessThan(0.25);
});

it('makes a scale that gives predictions the distribution of the ratings on ten points', () => {
  const random = xoroshiro128plus(9);
  // Ratings of 20 to 80 of 100; predictions shrunk to the mean.
  const ratings = Array.from({ length: 1000 }, () => 20 + 30 * (uniformFloat64(random) + uniformFloat64(random)));
  const predictions = ratings.map((rating) => 50 + (rating - 50) / 3);
  const knots = ratingScale(predictions, ratings, [0, 100]);
  const rising = (values: number[]) => values.every((value, i) => i === 0 || value > values[i - 1]!);
  expect(rising(knots.map(([raw]) => raw))).toBe(true);
  expect(rising(knots.map(([, score]) => score))).toBe(true);
  for (const [raw, score] of knots) expect(score).toBeCloseTo((50 + 3 * (raw - 50)) / 10, 1);
  // Nobody gets a plain 0 or 10, as no rater gave them.
  expect(knots[0]![1]).toBeGreaterThan(1.9);
  expect(knots.at(-1)![1]).toBeLessThan(8.1);
});

it.each([
  { ratings: [1.5, 4.9], scale: [1, 5] },
  { ratings: [1, 6.2], scale: [1, 7] },
  { ratings: [0.2, 9.9], scale: [0, 10] },
  { ratings: [23, 86], scale: [0, 100] },
  { ratings: [-3, 250], scale: [-3, 250] },
])('guesses that ratings from $ratings are on the scale $scale', ({ ratings, scale }) => {
  expect(guessScale(ratings)).toEqual(scale);
});

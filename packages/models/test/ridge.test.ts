import { Matrix, solve } from 'ml-matrix';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { mean, standardDeviation } from 'simple-statistics';
import { expect, it } from 'vitest';
import { fitRidge, type LinearModel, predict } from '../src/fit/ridge.ts';

const LAMBDAS = [0.1, 1, 10, 100];

/** Samples of three features on different scales; `noise` is the sd of what no feature explains. */
function samples(count: number, noise: number) {
  const random = xoroshiro128plus(7);
  const uniform = () => 2 * uniformFloat64(random) - 1;
  const features = Array.from({ length: count }, () => [uniform(), 100 + 2 * uniform(), 0.3 * uniform()]);
  const targets = features.map(([a, b, c]) => 5 + 3 * a! - 2 * b! + 5 * c! + noise * Math.sqrt(3) * uniform());
  return { features, targets };
}

it('recovers a linear relation', () => {
  const { features, targets } = samples(200, 0);
  const model = fitRidge({ features, targets }, [1e-9]);
  expect(model.intercept).toBeCloseTo(5, 4);
  [3, -2, 5].forEach((weight, j) => {
    expect(model.weights[j]! / weight).toBeCloseTo(1, 6);
  });
  expect(predict(model, [1, 100, 0.3])).toBeCloseTo(5 + 3 - 200 + 1.5, 4);
});

it('predicts each sample as a model fitted without it would, and takes the lambda that is best at that', () => {
  const { features, targets } = samples(25, 2);
  const errors = LAMBDAS.map((lambda) => {
    const forced = fitRidge({ features, targets }, [lambda]);
    const refitted = targets.map((_, i) => refitWithout(i, features, targets, lambda));
    forced.leaveOneOut.forEach((prediction, i) => {
      expect(prediction).toBeCloseTo(refitted[i]!, 8);
    });
    return mean(targets.map((target, i) => (target - refitted[i]!) ** 2));
  });
  const best = LAMBDAS[errors.indexOf(Math.min(...errors))];
  expect(best).toBeGreaterThan(LAMBDAS[0]!);
  expect(best).toBeLessThan(LAMBDAS.at(-1)!);
  expect(fitRidge({ features, targets }, LAMBDAS).lambda).toBe(best);
});

it('gives the same with more features than samples', () => {
  const { features, targets } = samples(25, 2);
  // Three features and 37 of noise.
  const random = xoroshiro128plus(11);
  const wide = features.map((row) => [...row, ...Array.from({ length: 37 }, () => uniformFloat64(random))]);
  const model = fitRidge({ features: wide, targets }, [5]);
  model.leaveOneOut.forEach((prediction, i) => {
    expect(prediction).toBeCloseTo(refitWithout(i, wide, targets, 5), 8);
  });
  const twice = fitRidge({ features: [...wide, ...wide], targets: [...targets, ...targets] }, [10]);
  model.weights.forEach((weight, j) => {
    expect(weight).toBeCloseTo(twice.weights[j]!, 8);
  });
});

it('gives a feature that hardly varies no weight', () => {
  const { features, targets } = samples(60, 0.1);
  const withDead = features.map((row, i) => [...row, 4 + (i === 3 ? 1e-9 : 0), 7]);
  const model = fitRidge({ features: withDead, targets }, [1]);
  expect(Math.abs(model.weights[3]! * 1e-3)).toBeLessThan(1e-3);
  expect(model.weights[4]).toBeCloseTo(0, 12);
  expect(Number.isFinite(model.intercept)).toBe(true);
});

/** Solves the normal equations of the remaining samples; features are scaled as for all samples. */
function refitWithout(left: number, features: number[][], targets: number[], lambda: number): number {
  const sds = features[0]!.map((_, j) => standardDeviation(features.map((row) => row[j]!)));
  const rest = features.filter((_, i) => i !== left);
  const restTargets = targets.filter((_, i) => i !== left);
  const means = features[0]!.map((_, j) => mean(rest.map((row) => row[j]!)));
  const scale = (row: number[]) => row.map((value, j) => (value - means[j]!) / sds[j]!);
  const x = new Matrix(rest.map(scale));
  const gram = x.transpose().mmul(x).add(Matrix.eye(sds.length).mul(lambda));
  const meanTarget = mean(restTargets);
  const weights = solve(gram, x.transpose().mmul(Matrix.columnVector(restTargets.map((t) => t - meanTarget))));
  return scale(features[left]!).reduce((sum, value, j) => sum + value * weights.get(j, 0), meanTarget);
}

it('keeps predictions from following a group, and still tells its members apart', () => {
  const random = xoroshiro128plus(3);
  const groups = Array.from({ length: 200 }, (_, i) => i % 2);
  // One feature is the group itself, the other what differs within it; both move the target.
  const features = groups.map((group) => [group, uniformFloat64(random)]);
  const targets = features.map(([group, other]) => 3 * group! + 4 * other!);
  const gap = (model: LinearModel) => predict(model, [1, 0.5]) - predict(model, [0, 0.5]);
  const plain = fitRidge({ features, targets }, [1e-6]);
  const balanced = fitRidge({ features, targets, groups }, [1e-6]);
  expect(gap(plain)).toBeCloseTo(3, 3);
  // The penalty weighs 0.7 beside the samples' own errors.
  expect(gap(balanced)).toBeCloseTo(3 / 1.7, 1);
  expect(predict(balanced, [0, 1]) - predict(balanced, [0, 0])).toBeCloseTo(4, 1);
  expect(balanced.leaveOneOut).toHaveLength(targets.length);
});

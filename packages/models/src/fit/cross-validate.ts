import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { mean, sampleCorrelation, shuffle, standardDeviation } from 'simple-statistics';

/** What a model is fitted on: for each sample a row of features, a target, and perhaps a group. */
export interface Samples {
  features: readonly ArrayLike<number>[];
  targets: readonly number[];
  /** Such as 0 and 1 for two genders: predictions are kept from following it (fitRidge). */
  groups?: readonly number[] | undefined;
}

export interface Figure {
  mean: number;
  sd: number;
}

export interface CrossValidation {
  folds: number;
  repeats: number;
  /** Pearson's r of each repeat, over all its held-out predictions. */
  r: Figure;
  /** Mean absolute error of each repeat, on the scale of the targets. */
  mae: Figure;
  /** For each sample the mean of its held-out predictions, one from each repeat. */
  predictions: number[];
}

interface CrossValidationOptions {
  folds: number;
  repeats: number;
  /** The same seed gives the same folds. */
  seed: number;
  /** Fits a model, which then predicts the target of sample `i` from its features. */
  train: (seen: Samples) => (features: ArrayLike<number>, i: number) => number;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Repeated k-fold cross-validation: every prediction is made by a model that was not trained on the sample's fold. */
export function crossValidate(
  { features, targets, groups }: Samples,
  { folds, repeats, seed, train, onProgress }: CrossValidationOptions,
): CrossValidation {
  const random = xoroshiro128plus(seed);
  const runs: number[][] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const all = targets.map((_, i) => i);
    const order = shuffle(all, () => uniformFloat64(random));
    const run = new Array<number>(targets.length);
    for (let fold = 0; fold < folds; fold++) {
      const held = new Set(order.filter((_, place) => place % folds === fold));
      const seen = order.filter((i) => !held.has(i));
      const predict = train({
        features: seen.map((i) => features[i]!),
        targets: seen.map((i) => targets[i]!),
        groups: groups && seen.map((i) => groups[i]!),
      });
      for (const i of held) run[i] = predict(features[i]!, i);
      onProgress?.(repeat * folds + fold + 1, repeats * folds);
    }
    runs.push(run);
  }
  return {
    folds,
    repeats,
    r: figure(runs.map((run) => sampleCorrelation(run, [...targets]))),
    mae: figure(runs.map((run) => mean(run.map((value, i) => Math.abs(value - targets[i]!))))),
    predictions: targets.map((_, i) => mean(runs.map((run) => run[i]!))),
  };
}

function figure(values: number[]): Figure {
  return { mean: mean(values), sd: standardDeviation(values) };
}

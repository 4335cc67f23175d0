import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { mean, sampleCorrelation, shuffle, standardDeviation } from 'simple-statistics';

/** Learns from some samples and answers for others. */
export type Train = (features: readonly ArrayLike<number>[], targets: readonly number[]) => Predict;
export type Predict = (features: ArrayLike<number>) => number;

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

export interface CrossValidationOptions {
  folds: number;
  repeats: number;
  /** The same seed gives the same folds. */
  seed: number;
  train: Train;
  onProgress?: (done: number, total: number) => void;
}

/** Repeated k-fold cross-validation: every prediction is made by a model that was not trained on the sample's fold. */
export function crossValidate(
  features: readonly ArrayLike<number>[],
  targets: readonly number[],
  { folds, repeats, seed, train, onProgress }: CrossValidationOptions,
): CrossValidation {
  const random = xoroshiro128plus(seed);
  const runs: number[][] = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    const order = shuffle(
      targets.map((_, i) => i),
      () => uniformFloat64(random),
    );
    const run = new Array<number>(targets.length);
    for (let fold = 0; fold < folds; fold++) {
      const held = new Set(order.filter((_, place) => place % folds === fold));
      const seen = order.filter((i) => !held.has(i));
      const predict = train(
        seen.map((i) => features[i]!),
        seen.map((i) => targets[i]!),
      );
      for (const i of held) run[i] = predict(features[i]!);
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

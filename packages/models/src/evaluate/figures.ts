import { mean, sampleCorrelation } from 'simple-statistics';
import { type Interval, intervals } from './bootstrap.ts';

/** A picture's rating, and the pipeline's answer. */
export interface Judged {
  /** On the scale of the ratings. */
  rating: number;
  /** The model's raw number; on the scale of the ratings if the model was fitted on such ratings. */
  prediction: number;
  /** 0 to 10, as it is shown. */
  score: number;
  /** The rating on ten points, 0 to 10. */
  ofTen: number;
}

/** The figures of some pictures, with 95% intervals. */
export interface Figures {
  n: number;
  /** Pearson's r of prediction and rating; undefined if one of them is constant, or if there are too few pictures. */
  r: Interval | undefined;
  /** Spearman's rank correlation; undefined as r. */
  rho: Interval | undefined;
  /** Mean |prediction - rating|, on the scale of the ratings. */
  mae: Interval;
  /** Mean of prediction - rating. */
  bias: Interval;
  /** Mean |score - rating|, points of ten. */
  maeOfTen: Interval;
  /** Mean of score - rating, points of ten. */
  biasOfTen: Interval;
}

/** A correlation of fewer pictures says nothing. */
export const FEWEST = 10;

/** @param judged at least one */
export function figuresOf(judged: readonly Judged[]): Figures {
  const [mae, bias, maeOfTen, biasOfTen, r, rho] = intervals(judged, (some) => [
    mean(some.map(({ prediction, rating }) => Math.abs(prediction - rating))),
    mean(some.map(({ prediction, rating }) => prediction - rating)),
    mean(some.map(({ score, ofTen }) => Math.abs(score - ofTen))),
    mean(some.map(({ score, ofTen }) => score - ofTen)),
    ...(judged.length < FEWEST ? [] : correlations(some)),
  ]) as [Interval, Interval, Interval, Interval, Interval?, Interval?];
  const finite = (interval: Interval | undefined) => (Number.isFinite(interval?.value) ? interval : undefined);
  return { n: judged.length, r: finite(r), rho: finite(rho), mae, bias, maeOfTen, biasOfTen };
}

function correlations(judged: readonly Judged[]): [r: number, rho: number] {
  const predictions = judged.map(({ prediction }) => prediction);
  const ratings = judged.map(({ rating }) => rating);
  return [sampleCorrelation(predictions, ratings), spearman(predictions, ratings)];
}

/** Spearman's rank correlation: Pearson's r of the ranks. (simple-statistics' own gives equal values different ranks.) */
export function spearman(a: readonly number[], b: readonly number[]): number {
  return sampleCorrelation(ranks(a), ranks(b));
}

/** The place of each value among all, from 1. Equal values share the mean of their places. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const places = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let i = from; i < to; i++) places[order[i]!] = (from + 1 + to) / 2;
    from = to;
  }
  return places;
}

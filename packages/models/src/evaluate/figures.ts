import { mean, sampleCorrelation } from 'simple-statistics';
import { type Interval, intervals } from './bootstrap.ts';
import { ranks } from './ranks.ts';

/** A picture's rating and what the pipeline said of it. */
export interface Judged {
  /** On the scale of the ratings. */
  rating: number;
  /** The model's raw number; on the scale of the ratings if the model was fitted on such. */
  prediction: number;
  /** 0 to 10, as it is shown. */
  score: number;
  /** The rating on ten points, 0 to 10. */
  ofTen: number;
}

/** What can be said of some pictures, with 95% intervals. */
export interface Figures {
  n: number;
  /** Pearson's r of prediction and rating; undefined where one of them is constant or the pictures are too few. */
  r: Interval | undefined;
  /** Spearman's rank correlation; undefined as r. */
  rho: Interval | undefined;
  /** Mean |prediction - rating|, on the scale of the ratings. */
  mae: Interval;
  /** Mean of prediction - rating. */
  bias: Interval;
  /** Mean |score - rating|, of ten. */
  maeOfTen: Interval;
  /** Mean of score - rating, of ten. */
  biasOfTen: Interval;
}

/** A correlation of fewer pictures than this says nothing. */
export const FEWEST = 10;

/** @param judged at least one */
export function figuresOf(judged: readonly Judged[]): Figures {
  const [mae, bias, maeOfTen, biasOfTen, r, rho] = intervals(judged, (some) => [
    mean(some.map(({ prediction, rating }) => Math.abs(prediction - rating))),
    mean(some.map(({ prediction, rating }) => prediction - rating)),
    mean(some.map(({ score, ofTen }) => Math.abs(score - ofTen))),
    mean(some.map(({ score, ofTen }) => score - ofTen)),
    ...(judged.length < FEWEST ? [] : correlations(some)),
  ]);
  const told = (interval: Interval | undefined) => (Number.isFinite(interval?.value) ? interval : undefined);
  return {
    n: judged.length,
    r: told(r),
    rho: told(rho),
    mae: mae!,
    bias: bias!,
    maeOfTen: maeOfTen!,
    biasOfTen: biasOfTen!,
  };
}

function correlations(judged: readonly Judged[]): [r: number, rho: number] {
  const predictions = judged.map(({ prediction }) => prediction);
  const ratings = judged.map(({ rating }) => rating);
  return [sampleCorrelation(predictions, ratings), spearman(predictions, ratings)];
}

/** Spearman's rank correlation: Pearson's r of the ranks, ties sharing the mean of theirs. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  return sampleCorrelation(ranks(a), ranks(b));
}

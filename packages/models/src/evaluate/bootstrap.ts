import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { quantileSorted } from 'simple-statistics';

/** A figure with its 95% confidence interval. */
export interface Interval {
  value: number;
  low: number;
  high: number;
}

export const RESAMPLES = 2_000;
const SEED = 20_221_122;

/**
 * Figures with 95% intervals by the percentile bootstrap (Efron & Tibshirani 1993, "An Introduction to the Bootstrap", 13): samples are
 * drawn again with replacement, and 2.5% of the figures lie below the interval and 2.5% above. The same samples give the same intervals.
 *
 * @param figures computes the figures of some samples, always the same number of figures
 */
export function intervals<Sample>(
  samples: readonly Sample[],
  figures: (samples: readonly Sample[]) => number[],
): Interval[] {
  const random = xoroshiro128plus(SEED);
  const values = figures(samples);
  const drawn: number[][] = values.map(() => []);
  for (let k = 0; k < RESAMPLES; k++) {
    const again = samples.map(() => samples[uniformInt(random, 0, samples.length - 1)]!);
    figures(again).forEach((value, i) => {
      // A resample without spread has no correlation.
      if (Number.isFinite(value)) drawn[i]!.push(value);
    });
  }
  return values.map((value, i) => {
    const sorted = drawn[i]!.sort((a, b) => a - b);
    if (sorted.length === 0) return { value, low: value, high: value };
    return { value, low: quantileSorted(sorted, 0.025), high: quantileSorted(sorted, 0.975) };
  });
}

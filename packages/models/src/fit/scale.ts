import { quantile } from 'simple-statistics';

/** Closer together at the ends, where a straight line would miss most. */
const SHARES = [0, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99, 1];

/**
 * Knots [raw, score] that turn a prediction into ten times the share of `predictions` below it. Predictions shrink to the mean:
 * this is how the whole of the scale is used. Both numbers rise from knot to knot.
 *
 * @param predictions for the training faces, each by a model that has not seen it: as spread out as those to come
 */
export function percentileScale(predictions: readonly number[]): [raw: number, score: number][] {
  const knots = SHARES.map((share): [number, number] => [round(quantile([...predictions], share)), share * 10]);
  return knots.filter(([raw], i) => i === 0 || raw > knots[i - 1]![0]);
}

function round(raw: number): number {
  return Number(raw.toPrecision(5));
}

import { quantile } from 'simple-statistics';

/** The quantiles that become knots. They are closer together at the ends, where a straight line would miss most. */
const SHARES = [0, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99, 1];

/** Lowest and highest rating that people could give. */
export type RatingScale = readonly [lowest: number, highest: number];

/** Scales that people are usually asked to rate on. */
const USUAL_SCALES: readonly RatingScale[] = [
  [0, 1],
  [1, 5],
  [1, 7],
  [0, 10],
  [0, 100],
];

/** The first usual scale that contains all ratings, or else the range of the ratings. */
export function guessScale(ratings: readonly number[]): RatingScale {
  const [lowest, highest] = [Math.min(...ratings), Math.max(...ratings)];
  return USUAL_SCALES.find(([low, high]) => low <= lowest && highest <= high) ?? [lowest, highest];
}

/** Brings a rating to 0 to 10. */
export function onTenPoints(rating: number, [lowest, highest]: RatingScale): number {
  return (10 * (rating - lowest)) / (highest - lowest);
}

/**
 * Knots [raw, score] that give predictions the distribution of the ratings, on ten points. Predictions shrink to the mean; a score
 * is the rating that has as many of the training faces below it as the prediction has. Both numbers rise from knot to knot.
 *
 * @param predictions for the training faces, each by a model that has not seen the face: as spread out as later predictions
 * @param ratings of the same faces
 */
export function ratingScale(
  predictions: readonly number[],
  ratings: readonly number[],
  scale: RatingScale,
): [raw: number, score: number][] {
  const knots = SHARES.map((share): [number, number] => [
    Number(quantile([...predictions], share).toPrecision(5)),
    Number(onTenPoints(quantile([...ratings], share), scale).toFixed(3)),
  ]);
  return knots.filter(([raw], i) => i === 0 || raw > knots[i - 1]![0]);
}

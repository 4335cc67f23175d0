import { toScale } from '@attrai/vision/score/scale';
import { crossValidate } from '../fit/cross-validate.ts';
import type { RatedFace } from '../fit/faces.ts';
import { groupsOf } from '../fit/fit.ts';
import { guessScale, ratingScale } from '../fit/scale.ts';
import { fitViewHeads, predictViews } from '../fit/view-heads.ts';
import type { Scored } from './score-pictures.ts';

const SEED = 20_221_122;

/**
 * What heads say of faces that they were not fitted on: the faces are dealt into folds, and each fold is scored by a head,
 * with its own ten-point scale, that was fitted on the others.
 */
export function scoreOutOfFold(
  faces: readonly RatedFace[],
  { folds, balanceColumn }: { folds: number; balanceColumn?: string | undefined },
  onProgress: (done: number, total: number) => void,
): Scored[] {
  const scores = new Map<ArrayLike<number>, number>();
  const features = faces.map((face) => face.features);
  const groups = new Map(groupsOf(faces, balanceColumn)?.map((group, i) => [features[i] as ArrayLike<number>, group]));
  const scale = guessScale(faces.map(({ rating }) => rating));
  const { predictions } = crossValidate(
    features,
    faces.map(({ rating }) => rating),
    {
      folds,
      repeats: 1,
      seed: SEED,
      train(seen, ratings) {
        const seenGroups = balanceColumn === undefined ? undefined : seen.map((row) => groups.get(row)!);
        const { views, leaveOneOut } = fitViewHeads(seen, ratings, seenGroups);
        const knots = ratingScale(leaveOneOut, ratings, scale);
        return (unseen) => {
          const raw = predictViews(views, unseen);
          scores.set(unseen, Math.round(toScale({ knots }, raw) * 10) / 10);
          return raw;
        };
      },
      onProgress,
    },
  );
  return faces.map(({ file, rating, columns, confidence, found, features: row }, i) => ({
    file,
    rating,
    columns,
    confidence,
    found,
    prediction: predictions[i]!,
    score: scores.get(row)!,
  }));
}

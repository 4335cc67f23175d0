import { toScale } from '@attrai/vision/score/metadata';
import { crossValidate } from '../fit/cross-validate.ts';
import type { RatedFace } from '../fit/faces.ts';
import { groupsOf } from '../fit/fit.ts';
import { guessScale, ratingScale } from '../fit/scale.ts';
import { fitViewHeads, predictViews } from '../fit/view-heads.ts';
import type { Scored } from './score-pictures.ts';

const SEED = 20_221_122;

/**
 * Scores faces by heads that were not fitted on them. The faces are dealt into folds, and each fold is scored by a head, with its own
 * ten-point scale, fitted on the others.
 */
export function scoreOutOfFold(
  faces: readonly RatedFace[],
  { folds, balanceColumn }: { folds: number; balanceColumn?: string | undefined },
  onProgress: (done: number, total: number) => void,
): Scored[] {
  const scores = new Map<number, number>();
  const targets = faces.map(({ rating }) => rating);
  const scale = guessScale(targets);
  const data = { features: faces.map((face) => face.features), targets, groups: groupsOf(faces, balanceColumn) };
  const { predictions } = crossValidate(data, {
    folds,
    repeats: 1,
    seed: SEED,
    train(seen) {
      const { views, leaveOneOut } = fitViewHeads(seen);
      const knots = ratingScale(leaveOneOut, seen.targets, scale);
      return (unseen, i) => {
        const raw = predictViews(views, unseen);
        scores.set(i, Math.round(toScale({ knots }, raw) * 10) / 10);
        return raw;
      };
    },
    onProgress,
  });
  return faces.map(({ file, rating, columns, confidence, found }, i) => {
    return { file, rating, columns, confidence, found, prediction: predictions[i]!, score: scores.get(i)! };
  });
}

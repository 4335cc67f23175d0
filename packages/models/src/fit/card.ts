import { mean, sampleCorrelation } from 'simple-statistics';
import { VIEWS } from '../nets/views.ts';
import { leftOut } from '../skipped.ts';
import type { FitOptions, FitResult } from './fit.ts';

/** Upper limits of the ranges of alignment residuals, pixels of the chip. */
const RESIDUALS = [2.5, 4, 6, 8, Number.POSITIVE_INFINITY];
/** A correlation of fewer faces says nothing. */
const FEWEST = 10;
const LISTED = 20;
const NO_DATA =
  "## Data\n\nNothing is known about the data, its licence and the head's limits (`--about` was left out).";

/**
 * The model card: what the head was fitted on, how, and how well it does.
 *
 * @param about Markdown on the data, its licence and the head's limits, for the end of the card
 * @param versions of the packages that the head depends on, with their names
 */
export function modelCard(
  { head, faces, skipped, validation, scale }: FitResult,
  { ratingColumn, balanceColumn }: Pick<FitOptions, 'ratingColumn' | 'balanceColumn'>,
  about: string | undefined,
  versions: readonly string[],
): string {
  const { fit } = head;
  const several = faces.filter(({ found }) => found > 1);
  return `# Scorer head \`${head.name}\`

Written by \`pnpm models fit\` on ${fit.date}${about ? '; the last sections by hand' : ''}.

The head is the mean of three linear heads on the face net's features, one for each picture of the face: raw = intercept + weights · features.
Each of the 736 channels of the net's five stages gives three features: its mean, below minus above, and ends minus middle. The face is aligned
by its five landmarks to chips of 150×150 px, with ${VIEWS.map(({ padding }) => padding).join(', ')} of its own frame around it. A head is fitted on the mean features of a chip
and its mirror image, and scores one of the two. It is a ridge regression on standardised features; its lambda has the least closed-form
leave-one-out error.${balanceColumn === undefined ? '' : ` Predictions are kept from following \`${balanceColumn}\` (src/fit/ridge.ts).`}

## How well it does

${fit.repeats} × ${fit.folds}-fold cross-validation: each face is scored by heads that have not seen it. Standardising and choosing lambda are part of each
training. Figures are mean ± sd over the ${fit.repeats} repeats.

| | |
| --- | --- |
| Correlation with the mean rating (Pearson's r) | **${plusMinus(fit.r, 3)}** |
| Mean absolute error, points of the rating | ${plusMinus(fit.mae, 2)} |
| Mean absolute error of always saying the mean | ${meanError(faces.map(({ rating }) => rating)).toFixed(2)} |
| Lambda of each view | ${fit.lambdas.join(', ')} |
| Rating (\`${ratingColumn}\`), lowest / mean / highest | ${lowMeanHigh(faces.map(({ rating }) => rating))} |
| Prediction, lowest / mean / highest | ${lowMeanHigh(validation.predictions)} |

By residual: how far the landmarks are from a face seen from the front (root mean square after alignment, pixels of the chip):

| Residual | Faces | r | Mean absolute error |
| --- | --- | --- | --- |
${byResidual(faces, validation.predictions).join('\n')}

## From prediction to score

A score is what raters would give on ten points, not a rank among faces. Predictions shrink to the mean, so they are given the
distribution of the ratings (${scale[0]} to ${scale[1]} became 0 to 10): a face gets the rating that has as many of the training faces below it as its
leave-one-out prediction has. Scores are linear between these knots, and constant outside.

| Prediction | ${head.scale.map(([raw]) => raw.toFixed(1)).join(' | ')} |
| --- | ${head.scale.map(() => '---').join(' | ')} |
| Score | ${head.scale.map(([, score]) => score).join(' | ')} |

## Pictures

| | |
| --- | --- |
| Rows in the table of ratings | ${faces.length + skipped.length} |
| Used | ${faces.length} |
| Left out | ${leftOut(skipped)} |
| Used with more than one face found (the largest and most central one was taken) | ${several.length}${several.length > 0 ? `: ${names(several)}` : ''} |

${skipped.length > 0 ? `Left out: ${names(skipped)}\n\n` : ''}## Made with

${versions.map((version) => `- ${version}`).join('\n')}

${about?.trim() ?? NO_DATA}
`;
}

function byResidual(faces: FitResult['faces'], predictions: readonly number[]): string[] {
  return RESIDUALS.map((limit, i) => {
    const from = RESIDUALS[i - 1] ?? 0;
    const inside = faces.flatMap(({ residual, rating }, k) =>
      residual >= from && residual < limit ? [{ rating, prediction: predictions[k]! }] : [],
    );
    const title = limit === Number.POSITIVE_INFINITY ? `${from} px and more` : `${from} to ${limit} px`;
    if (inside.length < FEWEST) return `| ${title} | ${inside.length} | too few | too few |`;
    const r = sampleCorrelation(
      inside.map(({ prediction }) => prediction),
      inside.map(({ rating }) => rating),
    );
    const mae = mean(inside.map(({ prediction, rating }) => Math.abs(prediction - rating)));
    return `| ${title} | ${inside.length} | ${r.toFixed(2)} | ${mae.toFixed(2)} |`;
  });
}

function plusMinus({ mean, sd }: { mean: number; sd: number }, digits: number): string {
  return `${mean.toFixed(digits)} ± ${sd.toFixed(digits)}`;
}

function meanError(values: number[]): number {
  const middle = mean(values);
  return mean(values.map((value) => Math.abs(value - middle)));
}

function lowMeanHigh(values: readonly number[]): string {
  return [Math.min(...values), mean([...values]), Math.max(...values)].map((value) => value.toFixed(1)).join(' / ');
}

function names(pictures: readonly { file: string }[]): string {
  const first = pictures.slice(0, LISTED).map(({ file }) => file);
  return first.join(', ') + (pictures.length > LISTED ? `, and ${pictures.length - LISTED} more` : '');
}

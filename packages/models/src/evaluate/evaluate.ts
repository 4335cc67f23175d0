import { FinalError } from '@attrai/contracts/errors';
import { readFaces } from '../fit/faces.ts';
import { FEWEST_FACES } from '../fit/fit.ts';
import { type RatedPictures, type Rating, readRatings } from '../fit/ratings.ts';
import { guessScale, onTenPoints } from '../fit/scale.ts';
import { countReasons, type Skipped } from '../skipped.ts';
import { FEWEST, type Figures, figuresOf, type Judged } from './figures.ts';
import { type Grouping, groupBy } from './groups.ts';
import { scoreOutOfFold } from './out-of-fold.ts';
import { type Scored, scorePictures } from './score-pictures.ts';

export interface EvaluateOptions extends RatedPictures {
  groupColumns: readonly string[];
  modelsDir: string;
  scorerModel: string;
  /** Score each picture by a head fitted on the others, in so many folds, instead of by the model. `balanceColumn` is for these heads. */
  folds: number | undefined;
  onProgress: (work: 'scoring pictures' | 'fitting heads', done: number, total: number) => void;
}

/** What scored the pictures, and how many of them it was fitted on. */
type Scorer = { by: 'model'; fittedOn: number | undefined } | { by: 'heads fitted on the other folds'; folds: number };

export interface Evaluation {
  scorer: Scorer;
  pictures: (Scored & Judged)[];
  skipped: Skipped[];
  /** Whether predictions are on the scale of the ratings. If not, only correlations and errors of ten mean anything. */
  sameScale: boolean;
  all: Figures;
  groupings: (Grouping<Scored & Judged> & { figures: Figures[] })[];
}

/**
 * Compares the whole pipeline, from the picture's bytes to the score shown, with people's ratings.
 *
 * @throws FinalError `bad_ratings` or `too_few_faces`
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { groupColumns, balanceColumn, folds } = options;
  const columns = new Set(balanceColumn === undefined ? groupColumns : [...groupColumns, balanceColumn]);
  const table = await readRatings(options, [...columns]);
  const read = await (folds === undefined ? byModel(options, table.ratings) : byFolds(options, table.ratings, folds));
  const skipped = [...table.skipped, ...read.skipped];
  requireFaces(read.scored.length, FEWEST, skipped);
  const scale = guessScale(read.scored.map(({ rating }) => rating));
  const pictures = read.scored.map((picture) => ({ ...picture, ofTen: onTenPoints(picture.rating, scale) }));
  const groupings = [
    ...groupColumns.map((column) => groupBy(column, pictures, (picture) => picture.columns[column]!)),
    groupBy('confidence', pictures, ({ confidence }) => (confidence === 'low' ? 'low (shown with ≈)' : 'high')),
  ].map((grouping) => ({ ...grouping, figures: grouping.groups.map(({ samples }) => figuresOf(samples)) }));
  const [all, sameScale] = [figuresOf(pictures), onSameScale(pictures)];
  return { scorer: read.scorer, pictures, skipped, sameScale, all, groupings };
}

type Read = { scorer: Scorer; scored: Scored[]; skipped: Skipped[] };

async function byModel(options: EvaluateOptions, ratings: readonly Rating[]): Promise<Read> {
  const onProgress = (done: number) => options.onProgress('scoring pictures', done, ratings.length);
  const { scored, skipped, fittedOn } = await scorePictures(ratings, options, onProgress);
  return { scorer: { by: 'model', fittedOn }, scored, skipped };
}

async function byFolds(options: EvaluateOptions, ratings: readonly Rating[], folds: number): Promise<Read> {
  const onProgress = (done: number) => options.onProgress('scoring pictures', done, ratings.length);
  const { faces, skipped } = await readFaces(ratings, options, onProgress);
  requireFaces(faces.length, FEWEST_FACES, skipped);
  const scored = scoreOutOfFold(faces, { folds, balanceColumn: options.balanceColumn }, (done, total) =>
    options.onProgress('fitting heads', done, total),
  );
  return { scorer: { by: 'heads fitted on the other folds', folds }, scored, skipped };
}

function requireFaces(found: number, wanted: number, skipped: readonly Skipped[]): void {
  if (found >= wanted) return;
  const problem = `There are only ${found} rated faces, and it takes ${wanted}. ${countReasons(skipped)}`;
  throw new FinalError('too_few_faces', problem.trim());
}

/** Two scales count as one if the ranges of the numbers on them share half of the shorter range. */
function onSameScale(pictures: readonly Judged[]): boolean {
  const [low, high] = range(pictures.map(({ rating }) => rating));
  const [lowest, highest] = range(pictures.map(({ prediction }) => prediction));
  const common = Math.min(high, highest) - Math.max(low, lowest);
  return common >= Math.min(high - low, highest - lowest) / 2;
}

function range(values: readonly number[]): [lowest: number, highest: number] {
  return [Math.min(...values), Math.max(...values)];
}

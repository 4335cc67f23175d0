import { FinalError } from '@attrai/contracts/errors';
import { readFaces } from '../fit/faces.ts';
import { countReasons, FEWEST_FACES } from '../fit/fit.ts';
import { readRatings, type Skipped } from '../fit/ratings.ts';
import { guessScale, onTenPoints } from '../fit/scale.ts';
import { FEWEST, type Figures, figuresOf, type Judged } from './figures.ts';
import { type Grouping, groupBy } from './groups.ts';
import { scoreOutOfFold } from './out-of-fold.ts';
import { type Scored, scorePictures } from './score-pictures.ts';

export interface EvaluateOptions {
  imageDir: string;
  csvFile: string;
  fileColumn: string;
  ratingColumn: string;
  groupColumns: readonly string[];
  modelsDir: string;
  scorerModel: string;
  /** Score each picture by a head fitted on the others, in so many folds, instead of by the model. */
  folds: number | undefined;
  /** For `folds`: column of groups that scores should not go with; see fitRidge. */
  balanceColumn?: string | undefined;
  /** Everybody in the pictures is an adult. */
  adults: boolean;
  onProgress: (work: 'scoring pictures' | 'fitting heads', done: number, total: number) => void;
}

/** Who scored the pictures, and whether he had seen them before. */
export type Scorer =
  | { by: 'model'; fittedOn: number | undefined }
  | { by: 'heads fitted on the other folds'; folds: number };

export interface Evaluation {
  scorer: Scorer;
  pictures: (Scored & Judged)[];
  skipped: Skipped[];
  /** Whether predictions are on the scale of the ratings; if not, only correlations and figures of ten mean anything. */
  sameScale: boolean;
  all: Figures;
  groupings: (Grouping<Scored & Judged> & { figures: Figures[] })[];
}

/**
 * Holds the whole pipeline, from the picture's bytes to the score shown, to people's ratings.
 *
 * @throws FinalError `bad_ratings` or `too_few_faces`
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { csvFile, fileColumn, ratingColumn, groupColumns, folds } = options;
  const { balanceColumn } = options;
  const columns = balanceColumn === undefined ? groupColumns : [...new Set([...groupColumns, balanceColumn])];
  const { ratings, skipped } = await readRatings(csvFile, fileColumn, ratingColumn, columns);
  const read = await (folds === undefined ? byModel(options, ratings) : byFolds(options, ratings, folds));
  skipped.push(...read.skipped);
  requireFaces(read.scored.length, FEWEST, skipped);
  const scale = guessScale(read.scored.map(({ rating }) => rating));
  const pictures = read.scored.map((picture) => ({ ...picture, ofTen: onTenPoints(picture.rating, scale) }));
  const groupings = [
    ...groupColumns.map((column) => groupBy(column, pictures, ({ columns }) => columns[column]!)),
    groupBy('confidence', pictures, ({ confidence }) => (confidence === 'low' ? 'low (shown with ≈)' : 'high')),
  ].map((grouping) => ({ ...grouping, figures: grouping.groups.map(({ samples }) => figuresOf(samples)) }));
  return {
    scorer: read.scorer,
    pictures,
    skipped,
    sameScale: onSameScale(pictures),
    all: figuresOf(pictures),
    groupings,
  };
}

type Read = { scorer: Scorer; scored: Scored[]; skipped: Skipped[] };
type Ratings = Awaited<ReturnType<typeof readRatings>>['ratings'];

async function byModel(options: EvaluateOptions, ratings: Ratings): Promise<Read> {
  const { scored, skipped, fittedOn } = await scorePictures(ratings, options.imageDir, options, (done) =>
    options.onProgress('scoring pictures', done, ratings.length),
  );
  return { scorer: { by: 'model', fittedOn }, scored, skipped };
}

async function byFolds(options: EvaluateOptions, ratings: Ratings, folds: number): Promise<Read> {
  const { imageDir, modelsDir, adults, balanceColumn } = options;
  const onProgress = (done: number) => options.onProgress('scoring pictures', done, ratings.length);
  const { faces, skipped } = await readFaces(ratings, { imageDir, modelsDir, adults, onProgress });
  requireFaces(faces.length, FEWEST_FACES, skipped);
  const scored = scoreOutOfFold(faces, { folds, balanceColumn }, (done, total) =>
    options.onProgress('fitting heads', done, total),
  );
  return { scorer: { by: 'heads fitted on the other folds', folds }, scored, skipped };
}

function requireFaces(found: number, wanted: number, skipped: readonly Skipped[]): void {
  if (found >= wanted) return;
  throw new FinalError(
    'too_few_faces',
    `Only ${found} rated faces; it takes ${wanted}. ${countReasons(skipped)}`.trim(),
  );
}

/** Two scales are taken for one if the ranges of the numbers on them have half of the shorter one in common. */
function onSameScale(pictures: readonly Judged[]): boolean {
  const [low, high] = range(pictures.map(({ rating }) => rating));
  const [lowest, highest] = range(pictures.map(({ prediction }) => prediction));
  const common = Math.min(high, highest) - Math.max(low, lowest);
  return common >= Math.min(high - low, highest - lowest) / 2;
}

function range(values: readonly number[]): [lowest: number, highest: number] {
  return [Math.min(...values), Math.max(...values)];
}

import { FinalError } from '@attrai/contracts/errors';
import type { Head } from '../head.ts';
import { type CrossValidation, crossValidate } from './cross-validate.ts';
import { type RatedFace, readFaces } from './faces.ts';
import { joinMarks } from './fitted-on.ts';
import { type Rating, readRatings, type Skipped } from './ratings.ts';
import { guessScale, type RatingScale, ratingScale } from './scale.ts';
import { fitViewHeads, predictViews } from './view-heads.ts';

const FOLDS = 5;
/** A fit of three heads takes half a minute, and there is one a fold. */
const REPEATS = 2;
const SEED = 20_220_421;
/** Fewer faces can't be told from noise with so many features. */
export const FEWEST_FACES = 100;

export interface FitOptions {
  name: string;
  imageDir: string;
  csvFile: string;
  fileColumn: string;
  ratingColumn: string;
  /** Column of groups that scores should not go with, such as a gender; see fitRidge. */
  balanceColumn?: string | undefined;
  /** Lowest and highest rating that people could give; guessed from the ratings when left out. */
  scale?: RatingScale | undefined;
  /** Everybody in the pictures is an adult. */
  adults: boolean;
  /** Where the models are that find and describe faces. */
  modelsDir: string;
  date: Date;
  onProgress: (work: 'reading faces' | 'cross-validating', done: number, total: number) => void;
}

export interface FitResult {
  head: Head;
  faces: RatedFace[];
  skipped: Skipped[];
  validation: CrossValidation;
  scale: RatingScale;
}

/**
 * Fits a head on pictures of faces with one rating each, and finds out by cross-validation how well it does.
 *
 * @throws FinalError `bad_ratings` or `too_few_faces`
 */
export async function fitHead(options: FitOptions): Promise<FitResult> {
  const { ratings, skipped } = await readEnoughRatings(options);
  const rows = ratings.length + skipped.length;
  const { imageDir, modelsDir, adults } = options;
  const onProgress = (done: number) => options.onProgress('reading faces', done, ratings.length);
  const read = await readFaces(ratings, { imageDir, modelsDir, adults, onProgress });
  skipped.push(...read.skipped);
  const { faces } = read;
  if (faces.length < FEWEST_FACES) {
    throw new FinalError(
      'too_few_faces',
      `Only ${faces.length} of ${rows} rows gave a face with a rating; it takes ${FEWEST_FACES}. ${countReasons(skipped)}`,
    );
  }
  const features = faces.map((face) => face.features);
  const targets = faces.map((face) => face.rating);
  const groups = groupsOf(faces, options.balanceColumn);
  const validation = validate(features, targets, {
    repeats: REPEATS,
    groups,
    onProgress: (done, total) => options.onProgress('cross-validating', done, total),
  });
  const { views, lambdas, leaveOneOut } = fitViewHeads(features, targets, groups);
  const scale = options.scale ?? guessScale(targets);
  return {
    head: {
      name: options.name,
      views: views.map(({ weights, intercept }) => ({
        weights: weights.map((weight) => Number(weight.toPrecision(6))),
        intercept: Number(intercept.toPrecision(8)),
      })),
      scale: ratingScale(leaveOneOut, targets, scale),
      fit: {
        date: options.date.toISOString().slice(0, 10),
        faces: faces.length,
        lambdas: lambdas.map((lambda) => Number(lambda.toPrecision(4))),
        repeats: REPEATS,
        folds: FOLDS,
        r: rounded(validation.r),
        mae: rounded(validation.mae),
        pictures: joinMarks(faces.map(({ mark }) => mark)),
      },
    },
    faces,
    skipped,
    validation,
    scale,
  };
}

/**
 * The table, if it has enough ratings; told before the faces are read, which takes long.
 *
 * @throws FinalError `bad_ratings` or `too_few_faces`
 */
export async function readEnoughRatings(
  options: Pick<FitOptions, 'csvFile' | 'fileColumn' | 'ratingColumn' | 'balanceColumn'>,
): Promise<{ ratings: Rating[]; skipped: Skipped[] }> {
  const balance = options.balanceColumn;
  const table = await readRatings(options.csvFile, options.fileColumn, options.ratingColumn, balance ? [balance] : []);
  const { ratings, skipped } = table;
  if (ratings.length >= FEWEST_FACES) return table;
  throw new FinalError(
    'too_few_faces',
    `Only ${ratings.length} of ${ratings.length + skipped.length} rows have a rating; it takes ${FEWEST_FACES} rated faces.`,
  );
}

export interface ValidateOptions {
  repeats: number;
  /** See fitRidge. */
  groups?: readonly number[] | undefined;
  onProgress?: (done: number, total: number) => void;
}

/** The cross-validation of the model card: standardising and choosing lambdas are part of each training. */
export function validate(
  features: readonly ArrayLike<number>[],
  targets: readonly number[],
  { repeats, groups, onProgress }: ValidateOptions,
): CrossValidation {
  const groupOf = new Map(groups?.map((group, i) => [features[i]!, group]));
  return crossValidate(features, targets, {
    folds: FOLDS,
    repeats,
    seed: SEED,
    train: (seen, seenTargets) => {
      const { views } = fitViewHeads(seen, seenTargets, groups && seen.map((row) => groupOf.get(row)!));
      return (unseen) => predictViews(views, unseen);
    },
    ...(onProgress ? { onProgress } : {}),
  });
}

/** The groups as numbers: as they are, or 1 for those of the first face's group and 0 for others. */
export function groupsOf(faces: readonly Rating[], column: string | undefined): number[] | undefined {
  if (column === undefined) return undefined;
  const values = faces.map(({ columns }) => columns[column]!);
  const numbers = values.map((value) => (value.trim() === '' ? Number.NaN : Number(value)));
  return numbers.every(Number.isFinite) ? numbers : values.map((value) => Number(value === values[0]));
}

/** For example "3 × no face found, 1 × file missing". */
export function countReasons(skipped: readonly Skipped[]): string {
  const byReason = Map.groupBy(skipped, ({ reason }) => reason);
  return [...byReason].map(([reason, list]) => `${list.length} × ${reason}`).join(', ');
}

function rounded({ mean, sd }: { mean: number; sd: number }): { mean: number; sd: number } {
  return { mean: Number(mean.toFixed(4)), sd: Number(sd.toFixed(4)) };
}

import { FinalError } from '@attrai/contracts/errors';
import type { Head } from '../head.ts';
import { type CrossValidation, crossValidate } from './cross-validate.ts';
import { type RatedFace, readFaces } from './faces.ts';
import { joinMarks } from './fitted-on.ts';
import { type Rating, readRatings, type Skipped } from './ratings.ts';
import { fitRidge, predict } from './ridge.ts';
import { percentileScale } from './scale.ts';

const FOLDS = 5;
const REPEATS = 10;
const SEED = 20_220_421;
/** Fewer faces can't be told from noise with so many features. */
export const FEWEST_FACES = 100;

export interface FitOptions {
  name: string;
  imageDir: string;
  csvFile: string;
  fileColumn: string;
  ratingColumn: string;
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
}

/**
 * Fits a head on pictures of faces with one rating each, and finds out by cross-validation how well it does.
 *
 * @throws FinalError `bad_ratings` or `too_few_faces`
 */
export async function fitHead(options: FitOptions): Promise<FitResult> {
  const { ratings, skipped } = await readEnoughRatings(options);
  const rows = ratings.length + skipped.length;
  const read = await readFaces(ratings, options.imageDir, options.modelsDir, (done) =>
    options.onProgress('reading faces', done, ratings.length),
  );
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
  const validation = validate(features, targets, REPEATS, (done, total) =>
    options.onProgress('cross-validating', done, total),
  );
  const { lambda, leaveOneOut, ...model } = fitRidge(features, targets);
  return {
    head: {
      name: options.name,
      weights: model.weights.map((weight) => Number(weight.toPrecision(6))),
      intercept: Number(model.intercept.toPrecision(8)),
      scale: percentileScale(leaveOneOut),
      fit: {
        date: options.date.toISOString().slice(0, 10),
        faces: faces.length,
        lambda: Number(lambda.toPrecision(4)),
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
  };
}

/**
 * The table, if it has enough ratings; told before the faces are read, which takes long.
 *
 * @throws FinalError `bad_ratings` or `too_few_faces`
 */
export async function readEnoughRatings(
  options: Pick<FitOptions, 'csvFile' | 'fileColumn' | 'ratingColumn'>,
): Promise<{ ratings: Rating[]; skipped: Skipped[] }> {
  const table = await readRatings(options.csvFile, options.fileColumn, options.ratingColumn);
  const { ratings, skipped } = table;
  if (ratings.length >= FEWEST_FACES) return table;
  throw new FinalError(
    'too_few_faces',
    `Only ${ratings.length} of ${ratings.length + skipped.length} rows have a rating; it takes ${FEWEST_FACES} rated faces.`,
  );
}

/** The cross-validation of the model card: standardising and choosing lambda are part of each training. */
export function validate(
  features: readonly ArrayLike<number>[],
  targets: readonly number[],
  repeats: number,
  onProgress?: (done: number, total: number) => void,
): CrossValidation {
  return crossValidate(features, targets, {
    folds: FOLDS,
    repeats,
    seed: SEED,
    train: (seen, seenTargets) => {
      const model = fitRidge(seen, seenTargets);
      return (unseen) => predict(model, unseen);
    },
    ...(onProgress ? { onProgress } : {}),
  });
}

/** For example "3 × no face found, 1 × file missing". */
export function countReasons(skipped: readonly Skipped[]): string {
  const byReason = Map.groupBy(skipped, ({ reason }) => reason);
  return [...byReason].map(([reason, list]) => `${list.length} × ${reason}`).join(', ');
}

function rounded({ mean, sd }: { mean: number; sd: number }): { mean: number; sd: number } {
  return { mean: Number(mean.toFixed(4)), sd: Number(sd.toFixed(4)) };
}

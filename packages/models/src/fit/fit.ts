import { FinalError } from '@attrai/contracts/errors';
import type { Head } from '../head.ts';
import { countReasons, type Skipped } from '../skipped.ts';
import { type CrossValidation, crossValidate, type Samples } from './cross-validate.ts';
import { type RatedFace, readFaces } from './faces.ts';
import { joinMarks } from './fitted-on.ts';
import { type RatedPictures, type Rating, readRatings } from './ratings.ts';
import { rounded } from './ridge.ts';
import { guessScale, type RatingScale, ratingScale } from './scale.ts';
import { fitViewHeads, predictViews } from './view-heads.ts';

const FOLDS = 5;
/** A fit of three heads takes half a minute, and there is one a fold. */
const REPEATS = 2;
const SEED = 20_220_421;
/** With so many features, fewer faces can't be told from noise. */
export const FEWEST_FACES = 100;

export interface FitOptions extends RatedPictures {
  name: string;
  /** Lowest and highest rating that people could give; guessed from the ratings if left out. */
  scale?: RatingScale | undefined;
  /** Folder of the models that find and describe faces. */
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

/** Fits a head to pictures of faces with one rating each, and cross-validates it. @throws FinalError `bad_ratings` or `too_few_faces` */
export async function fitHead(options: FitOptions): Promise<FitResult> {
  const table = await readEnoughRatings(options);
  const onProgress = (done: number) => options.onProgress('reading faces', done, table.ratings.length);
  const { faces, ...read } = await readFaces(table.ratings, options, onProgress);
  const skipped = [...table.skipped, ...read.skipped];
  if (faces.length < FEWEST_FACES) {
    const rows = faces.length + skipped.length;
    const problem = `Only ${faces.length} of ${rows} rows gave a face with a rating; it takes ${FEWEST_FACES}.`;
    throw new FinalError('too_few_faces', `${problem} ${countReasons(skipped)}`);
  }
  const targets = faces.map(({ rating }) => rating);
  const groups = groupsOf(faces, options.balanceColumn);
  const samples = { features: faces.map(({ features }) => features), targets, groups };
  const validation = validate(samples, REPEATS, (done, total) => options.onProgress('cross-validating', done, total));
  const { views, lambdas, leaveOneOut } = fitViewHeads(samples);
  const scale = options.scale ?? guessScale(targets);
  const figure = ({ mean, sd }: { mean: number; sd: number }) => ({
    mean: Number(mean.toFixed(4)),
    sd: Number(sd.toFixed(4)),
  });
  const head = {
    name: options.name,
    views: views.map(rounded),
    scale: ratingScale(leaveOneOut, targets, scale),
    fit: {
      date: options.date.toISOString().slice(0, 10),
      faces: faces.length,
      lambdas: lambdas.map((lambda) => Number(lambda.toPrecision(4))),
      repeats: REPEATS,
      folds: FOLDS,
      r: figure(validation.r),
      mae: figure(validation.mae),
      pictures: joinMarks(faces.map(({ mark }) => mark)),
    },
  };
  return { head, faces, skipped, validation, scale };
}

/**
 * Reads the table of ratings. Fails before the faces are read, which takes long, if there are too few ratings.
 *
 * @throws FinalError `bad_ratings` or `too_few_faces`
 */
export async function readEnoughRatings(options: RatedPictures): Promise<{ ratings: Rating[]; skipped: Skipped[] }> {
  const table = await readRatings(options, options.balanceColumn ? [options.balanceColumn] : []);
  const { ratings, skipped } = table;
  if (ratings.length >= FEWEST_FACES) return table;
  const problem = `Only ${ratings.length} of ${ratings.length + skipped.length} rows have a rating`;
  throw new FinalError('too_few_faces', `${problem}; it takes ${FEWEST_FACES} rated faces.`);
}

/** The cross-validation of the model card. Standardising and choosing lambdas are part of each training. */
export function validate(
  samples: Samples,
  repeats: number,
  onProgress?: (done: number, total: number) => void,
): CrossValidation {
  const train = (seen: Samples) => {
    const { views } = fitViewHeads(seen);
    return (unseen: ArrayLike<number>) => predictViews(views, unseen);
  };
  return crossValidate(samples, { folds: FOLDS, repeats, seed: SEED, train, onProgress });
}

/** The groups as numbers: as they are, or 1 for the first face's group and 0 for all others. */
export function groupsOf(faces: readonly Rating[], column: string | undefined): number[] | undefined {
  if (column === undefined) return undefined;
  const values = faces.map(({ columns }) => columns[column]!);
  const numbers = values.map((value) => (value.trim() === '' ? Number.NaN : Number(value)));
  return numbers.every(Number.isFinite) ? numbers : values.map((value) => Number(value === values[0]));
}

import { FatalError } from '@attrai/contracts/errors';
import { z } from 'zod';
import { FEATURES } from './nets/face-net.ts';
import { VIEWS } from './nets/views.ts';
import { readJson } from './read-json.ts';

const figure = z.strictObject({ mean: z.number(), sd: z.number() });

/** A linear reading of the face net's features: intercept + weights · features. Standardisation is folded in. */
export const linearReading = z.strictObject({ weights: z.array(z.number()).length(FEATURES), intercept: z.number() });

/** A linear head: the mean of one reading a view (nets/views.ts). */
const headSchema = z.strictObject({
  name: z.string().min(1),
  views: z.array(linearReading).length(VIEWS.length),
  /** Knots [raw, score from 0 to 10], both rising: from predictions to ratings of the training faces. */
  scale: z.array(z.tuple([z.number(), z.number().min(0).max(10)])).min(2),
  /** How it was fitted; the model card says more. */
  fit: z.strictObject({
    date: z.iso.date(),
    faces: z.int().positive(),
    /** One a view. */
    lambdas: z.array(z.number().positive()).length(VIEWS.length),
    /** Cross-validation: Pearson's r, and mean absolute error on the scale of the ratings; mean and sd over the repeats. */
    repeats: z.int().positive(),
    folds: z.int().min(2),
    r: figure,
    mae: figure,
    /** Marks of the pictures that it was fitted on (fit/fitted-on.ts), so that a test on the same pictures is noticed. */
    pictures: z.string().regex(/^([0-9a-f]{8})+$/),
  }),
});

/** Key of a scorer model's metadata_props: its head's `fit.pictures`. */
export const FITTED_ON_KEY = 'attrai.fitted_on';

export type Head = z.infer<typeof headSchema>;

/** @throws FatalError `head_unusable`, naming the file */
export async function readHead(file: string): Promise<Head> {
  return readJson(file, headSchema).catch((cause: unknown) => {
    const problem = `${file} is no scorer head: get it from git again, or fit one with \`pnpm models fit\`.`;
    throw new FatalError('head_unusable', problem, { cause });
  });
}

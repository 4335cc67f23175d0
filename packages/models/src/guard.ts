import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { FatalError } from '@attrai/contracts/errors';
import { guardRule } from '@attrai/vision/score/signs';
import { z } from 'zod';
import { FEATURES } from './nets/face-net.ts';

/** A linear reading of the face net's features: intercept + weights · features. Standardisation is already folded in. */
const sign = z.strictObject({ weights: z.array(z.number()).length(FEATURES), intercept: z.number() });

/** Who may be scored: fitted by `pnpm models fit-guard`, described in heads/guard.card.md. */
const guardSchema = z.strictObject({
  name: z.string().min(1),
  adulthood: sign,
  glasses: sign,
  cover: sign,
  rule: guardRule,
  fit: z.strictObject({
    date: z.iso.date(),
    /** Faces as they are, and changed copies of them (glasses, caps, blur, ...). */
    pictures: z.int().positive(),
    copies: z.int().nonnegative(),
    lambda: z.number().positive(),
  }),
});

export type Guard = z.infer<typeof guardSchema>;

export const GUARD_FILE = path.join(import.meta.dirname, '../heads/guard.json');

/** @throws FatalError `head_unusable`, naming the file */
export async function readGuard(file = GUARD_FILE): Promise<Guard> {
  try {
    return guardSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    throw new FatalError('head_unusable', `${file} is no guard: get it from git again, or fit one.`, { cause });
  }
}

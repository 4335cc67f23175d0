import path from 'node:path';
import { FatalError } from '@attrai/contracts/errors';
import { guardRule } from '@attrai/vision/score/signs';
import { z } from 'zod';
import { linearReading } from './head.ts';
import { readJson } from './read-json.ts';

/** Decides who may be scored. `pnpm models fit-guard` fits it, heads/guard.card.md describes it. */
const guardSchema = z.strictObject({
  name: z.string().min(1),
  adulthood: linearReading,
  glasses: linearReading,
  cover: linearReading,
  rule: guardRule,
  fit: z.strictObject({
    date: z.iso.date(),
    /** Unchanged faces, and changed copies of them (glasses, caps, blur, ...). */
    pictures: z.int().positive(),
    copies: z.int().nonnegative(),
    lambda: z.number().positive(),
  }),
});

export type Guard = z.infer<typeof guardSchema>;

export const GUARD_FILE = path.join(import.meta.dirname, '../heads/guard.json');

/** @throws FatalError `head_unusable`, naming the file */
export async function readGuard(file = GUARD_FILE): Promise<Guard> {
  return readJson(file, guardSchema).catch((cause: unknown) => {
    throw new FatalError('head_unusable', `${file} is no guard: get it from git again, or fit one.`, { cause });
  });
}

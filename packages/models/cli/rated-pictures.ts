import { UsageError } from '@attrai/contracts/command-line';

/** Options that say where rated pictures are. */
export const RATED_PICTURES = {
  images: { type: 'string' },
  ratings: { type: 'string' },
  'file-column': { type: 'string', default: 'file' },
} as const;

/** @throws UsageError if one of the two is missing */
export function requireRated(
  { images, ratings }: { images?: string | undefined; ratings?: string | undefined },
  usage: string,
): { images: string; ratings: string } {
  if (!images || !ratings) throw new UsageError(`${images ? '--ratings' : '--images'} is missing.`, usage);
  return { images, ratings };
}

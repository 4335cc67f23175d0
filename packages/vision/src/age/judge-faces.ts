import type { GuardRule, Signs } from '../score/signs.ts';
import { type WhoIsScored, whoIsScored } from './who-is-scored.ts';

/**
 * Decides for each face whether it may be scored. The age net runs only on faces for which its answer can change the decision: the signs
 * alone decide about most adults and small children.
 *
 * @param askYears gives the age net's years of the faces with these indices
 */
export async function judgeFaces(
  signs: readonly Signs[],
  askYears: (faces: readonly number[]) => Promise<number[]>,
  rule: GuardRule,
): Promise<WhoIsScored[]> {
  const youngest = signs.map((one) => whoIsScored(one, Number.NEGATIVE_INFINITY, rule));
  const oldest = signs.map((one) => whoIsScored(one, Number.POSITIVE_INFINITY, rule));
  const open = signs.flatMap((_, i) => (youngest[i] === oldest[i] ? [] : [i]));
  const years = await askYears(open);
  open.forEach((face, i) => {
    youngest[face] = whoIsScored(signs[face]!, years[i]!, rule);
  });
  return youngest;
}

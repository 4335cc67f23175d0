import type { Detection } from '../detect/onet.ts';
import type { Mips } from '../mips.ts';
import type { AgeNet } from './age-net.ts';

/**
 * A face is not scored if it is estimated younger than this, years. From here up hardly another minor is found, and with each
 * year more adults go without a score; packages/models/age.card.md has the error rates.
 */
export const YOUNGEST_SCORED = 22;

/** Estimates this near to it, years, are made again carefully. Beyond, that changed no decision. */
const DOUBTFUL = 6;

/** Which faces are not to be scored because they look, or may look, younger than 18. */
export async function looksUnder18(net: AgeNet, mips: Mips, faces: readonly Detection[]): Promise<boolean[]> {
  const ages = await estimateAges(net, mips, faces);
  return ages.map((age) => age < YOUNGEST_SCORED);
}

/** Years; careful where they decide. For this decision and for measuring it, never to be told. */
export async function estimateAges(net: AgeNet, mips: Mips, faces: readonly Detection[]): Promise<number[]> {
  const ages = await net.screen(mips, faces);
  const doubtful = faces.flatMap((_, i) => (Math.abs(ages[i]! - YOUNGEST_SCORED) < DOUBTFUL ? [i] : []));
  const careful = await net.estimate(
    mips,
    doubtful.map((i) => faces[i]!),
  );
  doubtful.forEach((i, k) => {
    ages[i] = careful[k]!;
  });
  return ages;
}

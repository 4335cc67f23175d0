import type { Detection } from '../detect/onet.ts';
import type { Mips } from '../mips.ts';
import type { AgeNet } from './age-net.ts';

/**
 * A face is not scored if it is estimated younger than this, years. From here up hardly another minor is found, and with each
 * year more adults go without a score; packages/models/age.card.md has the error rates.
 */
export const YOUNGEST_SCORED = 22;

/** Estimates this near to it are asked for again, of the mirror image, and the mean is taken: years. Beyond, that changed no decision. */
const DOUBTFUL = 6;

/** Which faces are not to be scored because they look, or may look, younger than 18. */
export async function looksUnder18(net: AgeNet, mips: Mips, faces: readonly Detection[]): Promise<boolean[]> {
  const ages = await estimateAges(net, mips, faces);
  return ages.map((age) => age < YOUNGEST_SCORED);
}

/** Years; more careful where they decide. For this decision and for measuring it, never to be told. */
export async function estimateAges(net: AgeNet, mips: Mips, faces: readonly Detection[]): Promise<number[]> {
  const ages = await net.estimate(mips, faces, 'plain');
  const doubtful = faces.flatMap((_, i) => (Math.abs(ages[i]! - YOUNGEST_SCORED) < DOUBTFUL ? [i] : []));
  const again = await net.estimate(
    mips,
    doubtful.map((i) => faces[i]!),
    'mirrored',
  );
  doubtful.forEach((i, k) => {
    ages[i] = (ages[i]! + again[k]!) / 2;
  });
  return ages;
}

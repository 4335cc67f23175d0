import { SMALLEST_SURE } from '../confidence.ts';
import type { Detection } from '../detect/onet.ts';
import { longerSide } from '../longer-side.ts';
import type { Mips } from '../mips.ts';
import { type AgeNet, cutFace, mirrored } from './age-net.ts';

/**
 * A face is not scored if it is estimated younger than this, years. From here up hardly another minor is found, and with each
 * year more adults go without a score; packages/models/age.card.md has the error rates.
 */
const YOUNGEST_SCORED = 22;
/** The same for a small face, which may look older than in a larger picture, and whose score would be little more than a guess. */
const YOUNGEST_SCORED_SMALL = 25;

/** Estimated younger than this, years, a face is not scored. @param side the longer one of its box, pixels */
export function youngestScored(side: number): number {
  return side < SMALLEST_SURE ? YOUNGEST_SCORED_SMALL : YOUNGEST_SCORED;
}

/** A quick estimate this near to the limit, years, is made of the face's mirror image as well. */
const DOUBTFUL = 7;
/** And if the mean of both is so near, careful estimates of both take their place. packages/models/age.card.md has what that changes. */
const VERY_DOUBTFUL = 2.5;

/** Estimated younger than this, years, a face clearly looks like a child. */
const CLEARLY_A_CHILD = 16;

/** Whether a face may be scored: `child` and `unsure` as in vision.ts. */
export type WhoIsScored = 'adult' | 'child' | 'unsure';

/** Which faces may be scored. */
export async function whoIsScored(net: AgeNet, mips: Mips, faces: readonly Detection[]): Promise<WhoIsScored[]> {
  const ages = await estimateAges(net, mips, faces);
  return ages.map((age, i) => {
    if (age >= limitFor(faces[i]!)) return 'adult';
    // Not `age < limit`: if the net gives no number, the face is a child.
    return age >= CLEARLY_A_CHILD ? 'unsure' : 'child';
  });
}

/** Years; careful where they decide. For this decision and for measuring it, never to be told. */
export async function estimateAges(net: AgeNet, mips: Mips, faces: readonly Detection[]): Promise<number[]> {
  const pictures = faces.map((face) => cutFace(mips, face));
  const ages = await net.screen(mips, pictures);

  const isWithin = (years: number, i: number) => Math.abs(ages[i]! - limitFor(faces[i]!)) < years;
  const doubtful = pictures.flatMap((picture, i) => (isWithin(DOUBTFUL, i) ? [{ i, picture }] : []));
  const pairs = doubtful.map(({ i, picture }) => ({ i, views: [picture, mirrored(picture)] as const }));
  const others = await net.screen(
    mips,
    pairs.map(({ views }) => views[1]),
  );
  pairs.forEach(({ i }, k) => {
    ages[i] = (ages[i]! + others[k]!) / 2;
  });

  if (net.estimate === undefined) return ages;
  const veryDoubtful = pairs.filter(({ i }) => isWithin(VERY_DOUBTFUL, i));
  const careful = await net.estimate(
    mips,
    veryDoubtful.flatMap(({ views }) => views),
  );
  veryDoubtful.forEach(({ i }, k) => {
    ages[i] = (careful[2 * k]! + careful[2 * k + 1]!) / 2;
  });
  return ages;
}

function limitFor({ box }: Detection): number {
  return youngestScored(longerSide(box));
}

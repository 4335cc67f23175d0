import type { GuardRule, Signs } from '../score/signs.ts';

/** Whether a face may be scored. `child` and `unsure` are explained in vision.ts. */
export type WhoIsScored = 'adult' | 'child' | 'unsure';

/** Glasses count from this reading of the sign on, and fully this much further up: most faces with glasses read 0.5 and more. */
const GLASSES_FROM = -0.2;
const GLASSES_RANGE = 0.8;
/** Both readings of age use this curve, which tells ages around 18 apart best: (age - 18) / 9 years. */
const MIDDLE_YEARS = 18;
const YEARS = 9;

/**
 * How adult a face looks, from the face net's sign and the age net together: either alone errs more. Around 0 is 18 years.
 *
 * @param years what the age net says
 */
export function adulthood(
  { adulthood, glasses }: Signs,
  years: number,
  rule: Pick<GuardRule, 'ageNet' | 'glasses'>,
): number {
  const worn = Math.min(Math.max((glasses - GLASSES_FROM) / GLASSES_RANGE, 0), 1);
  return adulthood + rule.ageNet * Math.tanh((years - MIDDLE_YEARS) / YEARS) - rule.glasses * worn;
}

/** Whether a face may be scored; `child` if a net gives no number. packages/models/age.card.md has the error rates. */
export function whoIsScored(signs: Signs, years: number, rule: GuardRule): WhoIsScored {
  const looks = adulthood(signs, years, rule);
  if (looks >= rule.adult) return 'adult';
  return looks >= rule.child ? 'unsure' : 'child';
}

import type { GuardRule, Signs } from '../score/signs.ts';

/** Whether a face may be scored. `child` and `unsure` are explained in vision.ts. */
export type WhoIsScored = 'adult' | 'child' | 'unsure';

/** A sign counts from this reading on, and fully this much further up: most faces with glasses read 0.5 and more. */
const SIGN_FROM = -0.2;
const SIGN_RANGE = 0.8;
/**
 * What dark glasses take from the adulthood besides what all glasses do. With it no more teenagers are scored in sunglasses
 * than without: 16.3 % and 16.5 % in cross-validation on 560 of them, 25.6 % otherwise (packages/models/age.card.md).
 */
const DARK_GLASSES = 0.15;
/** Both readings of age use this curve, which tells ages around 18 apart best: (age - 18) / 9 years. */
const MIDDLE_YEARS = 18;
const YEARS = 9;

/**
 * How adult a face looks, from the face net's sign and the age net together: either alone errs more. Around 0 is 18 years.
 *
 * @param years what the age net says
 */
export function adulthood(
  { adulthood, glasses, cover }: Signs,
  years: number,
  rule: Pick<GuardRule, 'ageNet' | 'glasses'>,
): number {
  const worn = part(glasses);
  const dark = worn * part(cover);
  return (
    adulthood + rule.ageNet * Math.tanh((years - MIDDLE_YEARS) / YEARS) - rule.glasses * worn - DARK_GLASSES * dark
  );
}

/** Whether a face may be scored; `child` if a net gives no number. packages/models/age.card.md has the error rates. */
export function whoIsScored(signs: Signs, years: number, rule: GuardRule): WhoIsScored {
  const looks = adulthood(signs, years, rule);
  if (looks >= rule.adult) return 'adult';
  return looks >= rule.child ? 'unsure' : 'child';
}

/** How much a sign counts: 0 to 1. */
function part(sign: number): number {
  return Math.min(Math.max((sign - SIGN_FROM) / SIGN_RANGE, 0), 1);
}

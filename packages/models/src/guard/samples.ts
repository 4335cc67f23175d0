import { ageOf } from '../ages/age-table.ts';
import type { PictureToFit } from './pictures-to-fit.ts';
import { FRAMES } from './spectacles.ts';

/** What a sign should say of a picture, and how much the picture counts. */
export interface Sample {
  target: number;
  weight: number;
}

/** `adulthood` is 0 at this age, and runs level from some 20 years to each side on. */
const MIDDLE_YEARS = 18;
const YEARS = 9;

/** Adults whom ages alone would refuse too often and too rarely: women look younger than men of their age. */
const EVENED_YEARS = [20, 50] as const;
/** With these, women of 25 and older are refused less than twice as often as men; without, five times as often. */
const EVENED: Record<string, number> = { female: 0.25, male: -0.17 };

/** The ages between which the decision falls. */
const DECISIVE_YEARS = [8, 30] as const;
/** Sets and groups that are small beside the others, or look younger in them. */
const COUNTS_DOUBLE = { set: 'ff', race: 'asian' };
/** A face has three copies, which tell less than another face would. */
const COPY_WEIGHT = 0.3;
/** Small and turned faces are the hardest of those that come often. */
const HARD_COPY_WEIGHT = 0.9;
/** Half a face tells little. */
const COVERED_WEIGHT = 0.15;

export function adulthoodSample({ face, copy }: Pick<PictureToFit, 'face' | 'copy'>): Sample {
  const age = ageOf(face);
  const evened = age >= EVENED_YEARS[0] && age < EVENED_YEARS[1] ? (EVENED[face.gender] ?? 0) : 0;
  let weight = age >= DECISIVE_YEARS[0] && age < DECISIVE_YEARS[1] ? 2 : 1;
  if (face.set === COUNTS_DOUBLE.set) weight *= 2;
  if (face.race === COUNTS_DOUBLE.race) weight *= 2;
  if (copy === 'small' || copy === 'turned') weight *= HARD_COPY_WEIGHT;
  else if (copy === 'cover') weight *= COVERED_WEIGHT;
  else if (copy !== undefined) weight *= COPY_WEIGHT;
  return { target: Math.tanh((age - MIDDLE_YEARS) / YEARS) + evened, weight };
}

/** Drawn glasses or none. Some faces wear real ones, and count as faces without: they are few. */
export function glassesSample({ copy }: Pick<PictureToFit, 'copy'>): Sample {
  // A face behind something may wear glasses or not.
  if (copy === 'cover') return { target: -1, weight: 0 };
  const worn = copy === 'sunglasses' || (FRAMES as readonly (string | undefined)[]).includes(copy);
  return { target: worn ? 1 : -1, weight: copy === undefined ? 2 : 1 };
}

/** Half of the face or both eyes covered. */
export function coverSample({ copy }: Pick<PictureToFit, 'copy'>): Sample {
  const covered = copy === 'cover';
  // There is one such copy for eight with sunglasses.
  return { target: covered || copy === 'sunglasses' ? 1 : -1, weight: covered ? 8 : 1 };
}

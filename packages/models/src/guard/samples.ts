import { ageOf } from '../ages/age-table.ts';
import type { PictureToFit } from './pictures-to-fit.ts';
import { FRAMES } from './spectacles.ts';

/** The reading that a sign should give for a picture, and the picture's weight. */
interface Sample {
  target: number;
  weight: number;
}

/** `adulthood` is 0 at this age, and hardly changes more than 20 years from it. */
const MIDDLE_YEARS = 18;
const YEARS = 9;

/** Ages at which the target is moved by gender: women look younger than men of their age, and would be refused more often. */
const EVENED_YEARS = [20, 50] as const;
/** In cross-validation 3.5 % of women and 2.2 % of men aged 25 and older are refused; without this 4.7 % and 0.8 %. */
const EVENED: Record<string, number> = { female: 0.25, male: -0.17 };

/** Faces of these ages count double: they are near the decision. */
const DECISIVE_YEARS = [8, 30] as const;
/** A set and a group that count double, since they are small beside the others, or look younger. */
const COUNTS_DOUBLE = { set: 'ff', race: 'asian' };
/** A face has three copies, and each tells less than another face would. */
const COPY_WEIGHT = 0.3;
/** Small and turned faces are the hardest of the common ones. */
const HARD_COPY_WEIGHT = 0.9;
/** Half a face tells little about the age. */
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

/** Drawn glasses or none. The few faces with real glasses count as faces without. */
export function glassesSample({ copy }: Pick<PictureToFit, 'copy'>): Sample {
  // A covered face may wear glasses or not.
  if (copy === 'cover') return { target: -1, weight: 0 };
  const worn = copy === 'sunglasses' || (FRAMES as readonly (string | undefined)[]).includes(copy);
  return { target: worn ? 1 : -1, weight: copy === undefined ? 2 : 1 };
}

/** Half of the face or both eyes covered. */
export function coverSample({ copy }: Pick<PictureToFit, 'copy'>): Sample {
  const covered = copy === 'cover';
  // There is one covered copy for eight with sunglasses.
  return { target: covered || copy === 'sunglasses' ? 1 : -1, weight: covered ? 8 : 1 };
}

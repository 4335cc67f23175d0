import { FinalError } from '@attrai/contracts/errors';
import { adulthood, whoIsScored } from '@attrai/vision/age/who-is-scored';
import type { GuardRule, Signs } from '@attrai/vision/score/signs';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { quantileSorted } from 'simple-statistics';
import { type AgedFace, ageOf, type Decided } from '../ages/age-table.ts';
import { type LinearModel, predict, rounded } from '../fit/ridge.ts';
import type { Guard } from '../guard.ts';
import type { PictureToFit } from './pictures-to-fit.ts';
import { adulthoodSample, coverSample, glassesSample } from './samples.ts';
import { WeightedSums } from './weighted-ridge.ts';

/** In cross-validation the signs do worse with 300 and 700, and no better with 3,000 and 5,000. */
const LAMBDA = 1500;
const FOLDS = 4;
const SEED = 20_261_129;

/** The age net's weight beside the sign, and what glasses subtract: chosen by trial, looking at the figures of age.card.md. */
const AGE_NET = 0.25;
const GLASSES = 0.08;

/** The limits are set so that these shares of unchanged faces are refused, or known as children. Higher shares let fewer minors and fewer adults through. */
const TEENAGERS_REFUSED = 0.84;
const CHILDREN_KNOWN = 0.975;
/** With fewer faces of an age group, chance would set the limits. */
const FEWEST = 50;
const CHILD_YEARS = 13;
const ADULT_YEARS = 18;

/** Pictures between two calls of `onProgress`. */
const PROGRESS = 500;

const SAMPLES = { adulthood: adulthoodSample, glasses: glassesSample, cover: coverSample };
const SIGNS = ['adulthood', 'glasses', 'cover'] as const satisfies readonly (keyof Signs)[];

export interface FittedGuard {
  guard: Guard;
  /** The decision about every picture, by signs that were fitted without its face. */
  decided: Decided[];
}

/**
 * Fits the three signs, and sets the limits by faces that the signs were not fitted on.
 *
 * @param onProgress counts each picture three times, once for each sign
 * @throws FinalError `too_few_faces`
 */
export function fitGuard(
  pictures: readonly PictureToFit[],
  date: Date,
  onProgress: (done: number, total: number) => void,
): FittedGuard {
  const plain = pictures.filter(({ copy }) => copy === undefined);
  requireAges(plain.map(({ face }) => face));
  const folds = foldsOf(pictures);
  const fits = SIGNS.map((sign, k) =>
    fitSign(pictures, folds, sign, (done) => onProgress(k * pictures.length + done, SIGNS.length * pictures.length)),
  );
  const [adult, glasses, cover] = fits as [SignFit, SignFit, SignFit];
  const signs = pictures.map((_, i) => {
    return { adulthood: adult.heldOut[i]!, glasses: glasses.heldOut[i]!, cover: cover.heldOut[i]! };
  });
  const rule = ruleFor(pictures, signs);
  const sets = [...new Set(pictures.map(({ face }) => face.set))];
  return {
    guard: {
      name: sets.join('-') || 'own',
      adulthood: rounded(adult.model),
      glasses: rounded(glasses.model),
      cover: rounded(cover.model),
      rule,
      fit: {
        date: date.toISOString().slice(0, 10),
        pictures: plain.length,
        copies: pictures.length - plain.length,
        lambda: LAMBDA,
      },
    },
    decided: pictures.map(({ face, copy, years }, i) => ({ face, copy, who: whoIsScored(signs[i]!, years, rule) })),
  };
}

/** To call before anything that takes long. @throws FinalError `too_few_faces` */
export function requireAges(faces: readonly AgedFace[]): void {
  const ages = faces.map(ageOf);
  const children = ages.filter((age) => age < CHILD_YEARS).length;
  const teenagers = ages.filter((age) => age >= CHILD_YEARS && age < ADULT_YEARS).length;
  if (children >= FEWEST && teenagers >= FEWEST) return;
  throw new FinalError(
    'too_few_faces',
    `There are only ${children} faces under ${CHILD_YEARS} and ${teenagers} of ${CHILD_YEARS} to ${ADULT_YEARS - 1}; it takes ${FEWEST} of each.`,
  );
}

interface SignFit {
  model: LinearModel;
  /** For each picture, as the estimator sees it, the prediction of a model fitted on the other folds. */
  heldOut: number[];
}

function fitSign(
  pictures: readonly PictureToFit[],
  folds: readonly number[],
  sign: keyof Signs,
  onProgress: (done: number) => void,
): SignFit {
  const size = pictures[0]!.features.length;
  const sums = Array.from({ length: FOLDS }, () => new WeightedSums(size));
  pictures.forEach((picture, i) => {
    const { target, weight } = SAMPLES[sign](picture);
    sums[folds[i]!]!.add(picture.features, target, weight);
    if ((i + 1) % PROGRESS === 0 || i + 1 === pictures.length) onProgress(i + 1);
  });
  const solve = (chosen: readonly WeightedSums[]) => {
    const all = new WeightedSums(size);
    for (const some of chosen) all.addAll(some);
    return all.solve(LAMBDA);
  };
  const others = sums.map((own) => solve(sums.filter((some) => some !== own)));
  return { model: solve(sums), heldOut: pictures.map(({ shown }, i) => predict(others[folds[i]!]!, shown)) };
}

/** The fold of each picture. All pictures of a face are in the same fold. */
function foldsOf(pictures: readonly PictureToFit[]): number[] {
  const random = xoroshiro128plus(SEED);
  const ofFace = new Map<PictureToFit['face'], number>();
  return pictures.map(({ face }) => {
    const fold = ofFace.get(face) ?? uniformInt(random, 0, FOLDS - 1);
    ofFace.set(face, fold);
    return fold;
  });
}

/** @param signs of held-out faces */
function ruleFor(pictures: readonly PictureToFit[], signs: readonly Signs[]): GuardRule {
  const weights = { ageNet: AGE_NET, glasses: GLASSES };
  const plain = pictures.flatMap(({ face, copy, years }, i) =>
    copy === undefined ? [{ age: ageOf(face), looks: adulthood(signs[i]!, years, weights) }] : [],
  );
  const teenagers = plain.filter(({ age }) => age >= CHILD_YEARS && age < ADULT_YEARS);
  const children = plain.filter(({ age }) => age < CHILD_YEARS);
  const limit = (faces: typeof plain, share: number) => {
    const looks = faces.map((face) => face.looks).sort((a, b) => a - b);
    return Number(quantileSorted(looks, share).toFixed(3));
  };
  return { ...weights, child: limit(children, CHILDREN_KNOWN), adult: limit(teenagers, TEENAGERS_REFUSED) };
}

import { FinalError } from '@attrai/contracts/errors';
import { adulthood, whoIsScored } from '@attrai/vision/age/who-is-scored';
import type { GuardRule, Signs } from '@attrai/vision/score/signs';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { quantileSorted } from 'simple-statistics';
import { type AgedFace, ageOf } from '../ages/age-table.ts';
import type { Decided } from '../ages/decided.ts';
import { type LinearModel, predict } from '../fit/ridge.ts';
import type { Guard } from '../guard.ts';
import type { PictureToFit } from './pictures-to-fit.ts';
import { adulthoodSample, coverSample, glassesSample } from './samples.ts';
import { WeightedSums } from './weighted-ridge.ts';

/** Of 300 to 5,000 none does better in cross-validation. */
const LAMBDA = 1500;
const FOLDS = 4;
const SEED = 20_261_129;

/** What both readings of age count, and what glasses take, chosen in cross-validation. */
const AGE_NET = 0.25;
const GLASSES = 0.08;

/** Shares of faces as they are, on which the limits are put. A higher one lets fewer minors and fewer adults through. */
const TEENAGERS_REFUSED = 0.835;
const CHILDREN_KNOWN = 0.975;
/** With fewer faces of an age the limits would be chance. */
const FEWEST = 50;
const CHILD_YEARS = 13;
const ADULT_YEARS = 18;

/** Pictures between two calls of `onProgress`. */
const PROGRESS = 500;

const SAMPLES = { adulthood: adulthoodSample, glasses: glassesSample, cover: coverSample };
const SIGNS = ['adulthood', 'glasses', 'cover'] as const satisfies readonly (keyof Signs)[];

export interface FittedGuard {
  guard: Guard;
  /** Every picture, decided by signs fitted without its face. */
  decided: Decided[];
}

/**
 * Fits the three signs, and puts the limits where faces that the signs were not fitted on leave the shares above.
 *
 * @param onProgress called with pictures done of all, three times each
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
  const signs = pictures.map((_, i) => ({
    adulthood: adult.heldOut[i]!,
    glasses: glasses.heldOut[i]!,
    cover: cover.heldOut[i]!,
  }));
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

/** Before anything that takes long. @throws FinalError `too_few_faces` */
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
  /** For each picture what a model fitted on the other folds says of it as the estimator sees it. */
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

/** All pictures of a face are in one fold. */
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
  const limit = (values: number[], share: number) =>
    Number(
      quantileSorted(
        values.sort((a, b) => a - b),
        share,
      ).toFixed(3),
    );
  return {
    ...weights,
    child: limit(
      children.map(({ looks }) => looks),
      CHILDREN_KNOWN,
    ),
    adult: limit(
      teenagers.map(({ looks }) => looks),
      TEENAGERS_REFUSED,
    ),
  };
}

function rounded({ weights, intercept }: LinearModel): LinearModel {
  return {
    weights: weights.map((weight) => Number(weight.toPrecision(6))),
    intercept: Number(intercept.toPrecision(8)),
  };
}

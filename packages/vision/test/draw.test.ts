import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { drawFaces, labelText } from '../src/draw/draw-faces.ts';
import { encodeJpeg } from '../src/draw/encode.ts';
import { type Glyphs, loadGlyphs } from '../src/draw/glyphs.ts';
import { placeLabels } from '../src/draw/labels.ts';
import { accent, UNSCORED } from '../src/draw/palette.ts';
import { type Mips, makeMips, photoOf } from '../src/mips.ts';
import type { Pixels } from '../src/pixels.ts';
import type { Box, Scored } from '../src/vision.ts';

let glyphs: Glyphs;
beforeAll(async () => {
  glyphs = await loadGlyphs();
});

const three: ({ box: Box } & Scored)[] = [
  { box: [100, 200, 220, 350], score: 1.5, confidence: 'high' },
  { box: [400, 150, 560, 350], score: 9.8, confidence: 'high' },
  { box: [700, 300, 760, 380], score: 5, confidence: 'low' },
];

test('draws a box around every face', () => {
  const picture = grey(900, 600);
  drawFaces(picture.mips, three, glyphs);
  for (const { box, score, confidence } of three) {
    const [x1, y1, x2, y2] = box;
    const middle = (y1 + y2) / 2;
    for (const x of [x1, x2]) expect(brightest(picture, x, middle, 2), 'a white line at the side').toBeGreaterThan(190);
    const colour = accent(score, confidence);
    for (const x of [x1, x2])
      for (const y of [y1 + 25, y2 - 25]) expect(nearest(picture, x, y, 3, colour)).toBeLessThan(30);
    expect(pixel(picture, (x1 + x2) / 2, middle), 'the face itself stays as it is').toEqual([128, 128, 128]);
  }
});

test('writes every score on a label in its colour next to its face', () => {
  const picture = grey(900, 600);
  drawFaces(picture.mips, three, glyphs);
  for (const { box, score, confidence } of three) {
    const above: Box = [box[0] - 30, box[1] - 50, box[2] + 30, box[1] - 6];
    expect(share(picture, above, accent(score, confidence))).toBeGreaterThan(0.05);
    expect(share(picture, above, [255, 255, 255, 1])).toBeGreaterThan(0.01);
  }
});

test('draws a box and no label for a face without a score, and keeps the label of another off it', () => {
  const [picture, alone] = [grey(900, 600), grey(900, 600)];
  const box: Box = [400, 200, 520, 350];
  drawFaces(alone.mips, [{ box, score: null }], glyphs);
  for (const x of [box[0], box[2]]) {
    expect(brightest(alone, x, 275, 2), 'a white line at the side').toBeGreaterThan(190);
    for (const y of [225, 325]) expect(nearest(alone, x, y, 3, UNSCORED)).toBeLessThan(30);
  }
  const outside: Box[] = [
    [0, 0, 900, 190],
    [0, 360, 900, 600],
    [0, 0, 390, 600],
    [530, 0, 900, 600],
    [410, 210, 510, 340],
  ];
  for (const area of outside) expect(share(alone, area, [128, 128, 128])).toBe(1);

  const below: Box = [400, 360, 520, 500];
  drawFaces(
    picture.mips,
    [
      { box, score: null },
      { box: below, score: 9.8, confidence: 'high' },
    ],
    glyphs,
  );
  expect(share(picture, [box[0] + 10, box[1], box[2] - 10, box[3] - 5], accent(9.8, 'high'))).toBe(0);
  expect(share(picture, [below[0], below[3] + 5, below[2], below[3] + 50], accent(9.8, 'high'))).toBeGreaterThan(0.05);
});

test('writes different scores differently', () => {
  const [five, six] = ['5.0', '6.0'].map((text) => {
    const picture = grey(300, 300);
    drawFaces(picture.mips, [{ box: [80, 80, 220, 260], score: Number(text), confidence: 'low' }], glyphs);
    return picture;
  });
  expect(Buffer.compare(five!.data, six!.data)).not.toBe(0);
});

test('marks a guess as such', () => {
  expect(labelText({ score: 5, confidence: 'low' })).toBe('≈5.0');
  expect(labelText({ score: 5, confidence: 'high' })).toBe('5.0');
});

test.each<[string, number, number, Box]>([
  ['in the upper left corner', 600, 400, [-20, -30, 90, 100]],
  ['in the lower right corner', 600, 400, [520, 310, 640, 440]],
  ['larger than the picture', 200, 150, [-50, -60, 260, 220]],
  ['in a picture hardly larger than a label', 40, 44, [0, 0, 40, 44]],
])('keeps the label of a face inside the picture: %s', (_, width, height, box) => {
  const picture = grey(width, height);
  drawFaces(picture.mips, [{ box, score: 7.5, confidence: 'low' }], glyphs);
  expect(share(picture, [0, 0, width, height], accent(7.5, 'low'))).toBeGreaterThan(0);
});

test('places labels inside the picture and off other labels, even in a crowd', () => {
  const labels = Array.from({ length: 24 }, (_, i) => {
    const x = (i % 8) * 75;
    const y = Math.floor(i / 8) * 120;
    return { face: [x, y, x + 60, y + 80] as Box, width: 56, height: 26 };
  });
  const faces = labels.map(({ face }) => face);
  const boxes = placeLabels(labels, faces, { width: 600, height: 400, margin: 2, gap: 4 });
  boxes.forEach((box, i) => {
    expect(Math.min(box[0], box[1], 600 - box[2], 400 - box[3])).toBeGreaterThanOrEqual(2);
    for (const other of boxes.slice(i + 1)) {
      const overlaps = box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];
      expect(overlaps).toBe(false);
    }
  });
});

test.each([
  [640, 427],
  [1, 1],
  [33, 7],
])('turns a picture of %i×%i into a JPEG file that shows it', async (width, height) => {
  const picture = { data: new Uint8Array(width * height * 3), width, height };
  for (let i = 0; i < picture.data.length; i++) {
    const x = Math.floor(i / 3) % width;
    picture.data[i] = [100 + 60 * Math.sin(x / 40), 140, 90 + 40 * Math.cos(i / width / 90)][i % 3]!;
  }
  const { data, info } = await sharp(encodeJpeg(picture)).raw().toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width, height, channels: 3 });
  const errors = picture.data.map((value, i) => Math.abs(value - data[i]!));
  expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(2);
});

test('draws the same glyphs on a machine without any font, silently', async () => {
  const script = `
    import { loadGlyphs } from ${JSON.stringify(fileURLToPath(new URL('../src/draw/glyphs.ts', import.meta.url)))};
    const glyphs = await loadGlyphs();
    console.log(JSON.stringify([...'0123456789.≈'].map((c) => [c, glyphs.get(c).width, glyphs.get(c).height])));`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module-typescript', '-e', script],
    {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', FONTCONFIG_FILE: '/nonexistent' },
    },
  );
  expect(JSON.parse(stdout)).toEqual([...'0123456789.≈'].map((c) => [c, glyphs.get(c).width, glyphs.get(c).height]));
  expect(stderr).toBe('');
  const sizes = new Set([...'0123456789'].map((c) => `${glyphs.get(c).width}`));
  expect(
    sizes.size,
    'digits of a real font differ in width; the boxes drawn for missing glyphs do not',
  ).toBeGreaterThan(4);
});

function grey(width: number, height: number): Pixels & { mips: Mips } {
  const mips = makeMips({ data: new Uint8Array(width * height * 3).fill(128), width, height });
  return { mips, ...photoOf(mips) };
}

function pixel({ data, width }: Pixels, x: number, y: number): number[] {
  const at = (Math.round(y) * width + Math.round(x)) * 3;
  return [...data.subarray(at, at + 3)];
}

function* around(x: number, y: number, reach: number): Generator<[number, number]> {
  for (let dy = -reach; dy <= reach; dy++) for (let dx = -reach; dx <= reach; dx++) yield [x + dx, y + dy];
}

function brightest(picture: Pixels, x: number, y: number, reach: number): number {
  return Math.max(...[...around(x, y, reach)].map(([px, py]) => Math.min(...pixel(picture, px, py))));
}

function nearest(picture: Pixels, x: number, y: number, reach: number, colour: readonly number[]): number {
  return Math.min(...[...around(x, y, reach)].map(([px, py]) => distance(pixel(picture, px, py), colour)));
}

/** Share of a rectangle's pixels that have (nearly) this colour. */
function share(picture: Pixels, [x1, y1, x2, y2]: Box, colour: readonly number[]): number {
  let hits = 0;
  for (let y = y1; y < y2; y++) for (let x = x1; x < x2; x++) if (distance(pixel(picture, x, y), colour) < 30) hits++;
  return hits / ((x2 - x1) * (y2 - y1));
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!, a[2]! - b[2]!);
}

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { drawFaces, labelText } from '../src/draw/draw-faces.ts';
import { encodeJpeg } from '../src/draw/encode.ts';
import { Glyphs } from '../src/draw/glyphs.ts';
import { type Label, placeLabels } from '../src/draw/labels.ts';
import { accent, UNSCORED, WHITE } from '../src/draw/palette.ts';
import { type Mips, makeMips, photoOf } from '../src/mips.ts';
import type { Pixels } from '../src/pixels.ts';
import type { Box, Point, Scored } from '../src/vision.ts';

let glyphs: Glyphs;
beforeAll(async () => {
  glyphs = await Glyphs.render();
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
      for (const y of [y1 + (x2 - x1) / 8, y2 - (x2 - x1) / 8])
        expect(nearest(picture, [x, y], 1, colour)).toBeLessThan(30);
    expect(pixel(picture, (x1 + x2) / 2, middle), 'the face itself stays as it is').toEqual([128, 128, 128]);
  }
});

test('writes every score on a label in the colour of the face, on its frame', () => {
  const picture = grey(900, 600);
  drawFaces(picture.mips, three, glyphs);
  for (const { box, score, confidence } of three) {
    const middle = (box[0] + box[2]) / 2;
    const label: Box = [middle - 20, box[1] - 10, middle + 20, box[1] + 10];
    expect(share(picture, label, accent(score, confidence))).toBeGreaterThan(0.2);
    expect(share(picture, label, WHITE)).toBeGreaterThan(0.05);
  }
});

test('draws a grey box and a dash for a face without a score, whatever the reason', () => {
  const box: Box = [400, 200, 520, 350];
  const [child, unsure] = (['child', 'unsure'] as const).map((unscored) => {
    const picture = grey(900, 600, 200);
    const face = { box, score: null, unscored };
    drawFaces(picture.mips, [face], glyphs);
    return picture;
  });
  expect(Buffer.compare(child!.data, unsure!.data)).toBe(0);
  for (const x of [box[0], box[2]]) {
    expect(brightest(child!, x, 275, 2), 'a white line at the side').toBeGreaterThan(220);
    for (const y of [225, 325]) expect(nearest(child!, [x, y], 3, UNSCORED)).toBeLessThan(30);
  }
  const label: Box = [440, 180, 480, 220];
  expect(share(child!, label, UNSCORED), 'the label').toBeGreaterThan(0.2);
  expect(share(child!, label, WHITE), 'the dash').toBeGreaterThan(0.005);
  for (let i = 0; i < child!.data.length; i += 3) {
    const [red, green, blue] = child!.data.subarray(i, i + 3);
    if (Math.max(red!, green!, blue!) - Math.min(red!, green!, blue!) > 12) expect.fail('there is colour');
  }
});

test('a face without a score has a smaller label and thinner lines than a guess, in another colour', () => {
  const box: Box = [400, 200, 520, 350];
  const [unscored, guess] = [{ score: null }, { score: 5, confidence: 'low' as const }].map((face) => {
    const picture = grey(900, 600, 240);
    drawFaces(picture.mips, [{ box, ...face }], glyphs);
    return picture;
  });
  const labelHeight = (picture: Pixels, colour: readonly number[]) =>
    [...Array(60).keys()].filter((y) => distance(pixel(picture, 445, 170 + y), colour) < 30).length;
  expect(labelHeight(unscored!, UNSCORED)).toBeGreaterThan(5);
  expect(labelHeight(unscored!, UNSCORED)).toBeLessThan(0.9 * labelHeight(guess!, accent(5, 'low')));
  const corner = (picture: Pixels, colour: readonly number[]) =>
    [...Array(20).keys()].filter((x) => distance(pixel(picture, 390 + x, 335), colour) < 30).length;
  expect(corner(unscored!, UNSCORED)).toBeLessThan(corner(guess!, accent(5, 'low')));
  expect(distance(UNSCORED, accent(5, 'low'))).toBeGreaterThan(50);
});

test('scores a point apart, from 2 to 8, have visibly different colours, and white text is readable on each', () => {
  for (let score = 2; score <= 7; score += 0.5)
    expect(distance(accent(score, 'high'), accent(score + 1, 'high')), `${score}`).toBeGreaterThan(40);
  const colours = [accent(5, 'low'), UNSCORED, ...Array.from({ length: 101 }, (_, i) => accent(i / 10, 'high'))];
  // WCAG 2.2: 3 is enough for bold text as large as this.
  for (const colour of colours) expect(contrastToWhite(colour), `${colour}`).toBeGreaterThan(3.9);
});

test('tiny faces have thinner lines, and readable digits', () => {
  const [tiny, large] = [40, 300].map((height) => {
    const picture = grey(1280, 960);
    const box: Box = [600, 300, 600 + 0.76 * height, 300 + height];
    drawFaces(picture.mips, [{ box, score: 6.5, confidence: 'high' }], glyphs);
    return picture;
  });
  const colour = accent(6.5, 'high');
  const across = (picture: Pixels, y: number) =>
    [...Array(40).keys()].filter((x) => distance(pixel(picture, 580 + x, y), colour) < 60).length;
  expect(across(large!, 595), 'corner of a large face').toBeGreaterThanOrEqual(5);
  expect(across(tiny!, 336), 'corner of a tiny face').toBeLessThanOrEqual(3);
  const rows = [...Array(120).keys()].filter((y) =>
    [...Array(60).keys()].some((x) => distance(pixel(tiny!, 585 + x, 240 + y), WHITE) < 30),
  );
  // 1280 pixels are 390 points on a phone.
  expect((rows.length * 390) / 1280, 'height of the digits in points').toBeGreaterThan(3.5);
});

test('writes different scores differently', () => {
  const [five, six] = ['5.0', '6.0'].map((text) => {
    const picture = grey(300, 300);
    drawFaces(picture.mips, [{ box: [80, 80, 220, 260], score: Number(text), confidence: 'low' }], glyphs);
    return picture;
  });
  expect(Buffer.compare(five!.data, six!.data)).not.toBe(0);
});

test('writes a decimal comma if that is asked for', () => {
  const scored: Scored = { score: 7.3, confidence: 'high' };
  expect(labelText(scored, true)).toBe('7,3');
  expect(labelText({ score: 10, confidence: 'low' }, true)).toBe('≈10,0');
  const [point, comma] = [false, true].map((decimalComma) => {
    const picture = grey(300, 300);
    drawFaces(picture.mips, [{ box: [80, 80, 220, 260], ...scored }], glyphs, decimalComma);
    return picture;
  });
  expect(Buffer.compare(point!.data, comma!.data)).not.toBe(0);
});

test('marks a guess, and a face without a score', () => {
  expect(labelText({ score: 5, confidence: 'low' })).toBe('≈5.0');
  expect(labelText({ score: 5, confidence: 'high' })).toBe('5.0');
  expect(labelText({ score: null })).toBe('–');
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

const room = { width: 480, height: 360, margin: 3 };
/** A face anywhere in the picture, and a label, which may be wider than the face. */
const label: fc.Arbitrary<Label> = fc
  .record({
    x: fc.double({ min: 0, max: 1, noNaN: true }),
    y: fc.double({ min: 0, max: 1, noNaN: true }),
    width: fc.integer({ min: 30, max: 130 }),
    digit: fc.integer({ min: 9, max: 20 }),
    characters: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ x, y, width, digit, characters }) => {
    const height = 1.3 * width;
    const left = room.margin + x * (room.width - 2 * room.margin - width);
    const top = room.margin + y * (room.height - 2 * room.margin - height);
    return {
      face: [left, top, left + width, top + height],
      width: (1.3 + 0.75 * characters) * digit,
      height: 1.9 * digit,
    };
  });
const fits = ({ face, width }: Label) => width <= face[2] - face[0];

test('places every label inside the picture, and on the box of its face', () => {
  fc.assert(
    fc.property(fc.array(label, { maxLength: 14 }), (labels) => {
      placeLabels(labels, room).forEach((box, i) => {
        const { face, width, height } = labels[i]!;
        expect(box[2] - box[0]).toBeCloseTo(width);
        expect(box[3] - box[1]).toBeCloseTo(height);
        const free = Math.min(box[0], box[1], room.width - box[2], room.height - box[3]);
        expect(free).toBeGreaterThan(room.margin - 1e-6);
        expect(overlap(box, face)).toBe(true);
      });
    }),
  );
});

test('places no label in another box or over another label, if no boxes overlap and labels are narrower than boxes', () => {
  const side = { min: 40, max: 90 };
  const wall = fc
    .record({ width: fc.integer(side), height: fc.integer(side), gap: fc.nat(30) })
    .chain(({ width, height, gap }) => {
      const [across, down] = [width + gap, height + gap].map((step, i) =>
        Math.floor(([room.width, room.height][i]! - 6 + gap) / step),
      );
      const faces = Array.from({ length: across! * down! }, (_, i): Box => {
        const [x, y] = [3 + (i % across!) * (width + gap), 3 + Math.floor(i / across!) * (height + gap)];
        return [x, y, x + width, y + height];
      });
      const size = fc.record({ width: fc.integer({ min: 20, max: width }), height: fc.integer({ min: 15, max: 30 }) });
      return fc
        .tuple(fc.subarray(faces), fc.array(size, { minLength: faces.length, maxLength: faces.length }))
        .map(([some, sizes]) => some.map((face, i): Label => ({ face, ...sizes[i]! })));
    });
  fc.assert(
    fc.property(wall, (labels) => {
      const boxes = placeLabels(labels, room);
      boxes.forEach((box, i) => {
        expect(labels.filter(({ face }, j) => j !== i && overlap(box, face))).toEqual([]);
        expect(boxes.filter((other, j) => j !== i && overlap(box, other))).toEqual([]);
      });
    }),
  );
});

test('places a label in the box of another face only if their boxes overlap, or if other labels cover its own box', () => {
  fc.assert(
    fc.property(fc.array(label, { minLength: 12, maxLength: 24 }), (drawn) => {
      const labels = drawn.filter(fits);
      const boxes = placeLabels(labels, room);
      boxes.forEach((box, i) => {
        const { face, width, height } = labels[i]!;
        const strangers = labels.filter(({ face: other }) => overlap(box, other) && !overlap(face, other));
        const within = [face[1], face[3] - height].flatMap((top) =>
          [face[0], face[2] - width].map((left): Box => [left, top, left + width, top + height]),
        );
        const taken = within.every((place) => boxes.some((other, j) => j !== i && overlap(place, other)));
        if (!taken) expect(strangers).toEqual([]);
      });
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['side by side', 1, 0, 44, 0],
  ['in two rows, one close above the other', 2, 30, 60, 45],
  ['in rows as a crowd stands', 4, 26, 52, 80],
])('keeps the labels of tiny faces away from other faces and labels: %s', (_, rows, shift, across, down) => {
  const labels = Array.from({ length: 7 * rows }, (_, i): Label => {
    const row = Math.floor(i / 7);
    const x = 30 + (i % 7) * across + (row % 2) * shift;
    const y = 30 + row * down;
    return { face: [x, y, x + 30, y + 40], width: 52, height: 25 };
  });
  const boxes = placeLabels(labels, room);
  boxes.forEach((box, i) => {
    expect(labels.filter(({ face }, j) => j !== i && overlap(box, face))).toEqual([]);
    expect(boxes.filter((other, j) => j !== i && overlap(box, other))).toEqual([]);
  });
});

test('places a label over neither the eyes nor the mouth of a face at the edge of the picture', () => {
  const { width, height } = room;
  const edges: [number, number][] = [0, 0.5, 1].flatMap((x) => [0, 0.5, 1].map((y): [number, number] => [x, y]));
  const labels = edges.map(([x, y]): Label => {
    const [left, top] = [3 + x * (width - 66), 3 + y * (height - 86)];
    return { face: [left, top, left + 60, top + 80], width: 52, height: 28 };
  });
  placeLabels(labels, room).forEach((box, i) => {
    const [x1, y1, x2, y2] = labels[i]!.face;
    const features: Box = [x1 + 10, y1 + 0.3 * (y2 - y1), x2 - 10, y1 + 0.85 * (y2 - y1)];
    expect(overlap(box, features)).toBe(false);
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

test('draws the same glyphs on a machine without fonts, without a warning', async () => {
  const script = `
    import { Glyphs } from ${JSON.stringify(fileURLToPath(new URL('../src/draw/glyphs.ts', import.meta.url)))};
    const glyphs = await Glyphs.render();
    console.log(JSON.stringify([...'0123456789.,≈–'].map((c) => [c, glyphs.get(c).width, glyphs.get(c).height])));`;
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', FONTCONFIG_FILE: '/nonexistent' };
  const args = ['--input-type=module-typescript', '-e', script];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
  expect(JSON.parse(stdout)).toEqual([...'0123456789.,≈–'].map((c) => [c, glyphs.get(c).width, glyphs.get(c).height]));
  expect(stderr).toBe('');
  const sizes = new Set([...'0123456789'].map((c) => `${glyphs.get(c).width}`));
  // Digits of a real font differ in width; the boxes for missing glyphs do not.
  expect(sizes.size).toBeGreaterThan(4);
});

function grey(width: number, height: number, level = 128): Pixels & { mips: Mips } {
  const mips = makeMips({ data: new Uint8Array(width * height * 3).fill(level), width, height });
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

function nearest(picture: Pixels, [x, y]: Point, reach: number, colour: readonly number[]): number {
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

function overlap(a: Box, b: Box): boolean {
  return Math.min(a[2], b[2]) - Math.max(a[0], b[0]) > 1e-6 && Math.min(a[3], b[3]) - Math.max(a[1], b[1]) > 1e-6;
}

/** From 1 to 21, as WCAG defines it. */
function contrastToWhite([red, green, blue]: readonly number[]): number {
  const light = [red!, green!, blue!].map((value) =>
    value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 1.05 / (0.2126 * light[0]! + 0.7152 * light[1]! + 0.0722 * light[2]! + 0.05);
}

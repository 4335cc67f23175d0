import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inRows } from '../src/reading-order.ts';
import type { Box } from '../src/vision.ts';

/** A face by its name, centre and height. */
const face = (name: string, x: number, y: number, height = 100) => ({
  name,
  box: [x - 0.4 * height, y - height / 2, x + 0.4 * height, y + height / 2] as Box,
});
const order = (...faces: ReturnType<typeof face>[]) =>
  inRows(faces)
    .flat()
    .map(({ name }) => name)
    .join('');

/** The same, with a slash between rows. */
const rows = (...faces: ReturnType<typeof face>[]) =>
  inRows(faces)
    .map((row) => row.map(({ name }) => name).join(''))
    .join('/');

test('reads a row from left to right, however high each face is', () => {
  expect(order(face('c', 300, 90), face('a', 50, 110), face('b', 170, 60))).toBe('abc');
});

test('reads two rows one after the other, though the lower row stands in the gaps of the upper', () => {
  const upper = [face('c', 410, 110), face('a', 90, 95), face('b', 250, 130)];
  const lower = [face('f', 490, 260), face('d', 160, 235), face('e', 330, 270)];
  expect(order(...upper, ...lower)).toBe('abcdef');
  expect(order(...lower, ...upper)).toBe('abcdef');
});

test('keeps two rows apart, though faces between them reach from one to the other', () => {
  const upper = [face('a', 100, 100), face('b', 300, 120), face('c', 500, 140)];
  const lower = [face('d', 200, 190), face('e', 400, 220)];
  expect(order(...lower, ...upper)).toBe('abcde');
});

test('keeps a tilted row together', () => {
  const names = [...'abcde'];
  expect(order(...names.map((name, i) => face(name, 100 * i, 100 + 12 * i)))).toBe('abcde');
  expect(order(...names.map((name, i) => face(name, 100 * i, 100 - 12 * i)))).toBe('abcde');
});

test('puts a small face into the row of a large one beside it', () => {
  expect(order(face('a', 50, 160, 60), face('b', 250, 200, 300), face('c', 500, 240, 60))).toBe('abc');
});

test('a face that is well above the others has a row of its own', () => {
  // 200 pixels in a photo of 1280.
  expect(rows(face('a', 300, 130, 140), face('b', 600, 330, 125), face('c', 900, 330, 125))).toBe('a/bc');
  expect(rows(face('a', 600, 130, 120), face('b', 400, 330, 420), face('c', 900, 330, 420))).toBe('a/bc');
});

test('a face between two rows belongs to the nearer one', () => {
  // Five people, the front row crouching; middles and heights are measured.
  const upper = [face('a', 258, 85, 104), face('b', 614, 95, 108)];
  const lower = [face('c', 150, 212, 121), face('d', 481, 203, 120), face('e', 757, 158, 111)];
  expect(rows(...upper, ...lower)).toBe('ab/cde');
  // Four men behind ten women.
  const behind = [face('a', 409, 269, 71), face('b', 566, 295, 59), face('c', 692, 240, 64), face('d', 793, 272, 59)];
  const front = [313, 328, 340, 347, 358, 357, 365, 332, 341, 403];
  expect(rows(...behind, ...front.map((y, i) => face(`${i}`, 109 + 98 * i, y, 75)))).toBe('abcd/0123456789');
});

test.each([
  ['four men', [88, 54, 70, 106], 60],
  ['three men', [130, 187, 107], 111],
  ['four women, one of whom is smaller', [419, 321, 299, 273], 193],
  ['five people on a sofa', [482, 362, 417, 392, 423], 130],
])('people side by side are one row: %s', (_, middles, height) => {
  expect(rows(...middles.map((y, i) => face(`${i}`, 100 + 2 * height * i, y, height)))).not.toContain('/');
});

test('loses no face, and does not depend on the order in which faces were found', () => {
  const box = fc.tuple(fc.nat(900), fc.nat(900), fc.integer({ min: 40, max: 300 }));
  // No two at one height: which of them comes first would depend on it.
  const boxes = fc.uniqueArray(box, { selector: ([, y, height]) => y + height / 2, maxLength: 12 });
  fc.assert(
    fc.property(boxes, (list) => {
      const faces = list.map(([x, y, side]) => ({ box: [x, y, x + side, y + side] as Box }));
      const read = inRows(faces).flat();
      expect(new Set(read)).toEqual(new Set(faces));
      expect(read).toHaveLength(faces.length);
      expect(inRows(faces.toReversed()).flat()).toEqual(read);
    }),
  );
});

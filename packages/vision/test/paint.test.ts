import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Colour, fillRounded, strokeCorners, strokeRounded } from '../src/draw/paint.ts';
import { Kernels } from '../src/kernels/kernels.ts';
import { makeMips, photoOf } from '../src/mips.ts';
import type { Box } from '../src/vision.ts';
import { type Line, paintLine } from './support/paint-line.ts';

const kernels = new Kernels();
const side = fc.integer({ min: 1, max: 90 });
const grey = fc.nat(255);
const length = (min: number, max: number) => fc.integer({ min: min * 64, max: max * 64 }).map((i) => i / 64);
const colour: fc.Arbitrary<Colour> = fc.tuple(grey, grey, grey, fc.oneof(fc.constant(1), length(0, 1)));
/** May lie partly or wholly outside the picture. */
const box: fc.Arbitrary<Box> = fc
  .tuple(length(-60, 100), length(-60, 100), length(4, 150), length(4, 150))
  .map(([x, y, width, height]) => [x, y, x + width, y + height]);
/** A picture, and what is drawn into it. `share`: radius of the box's corners, as a share of its narrower side. */
const drawing = fc.record({ width: side, height: side, under: grey, box, share: length(0, 0.5), colour });
type Drawing = typeof drawing extends fc.Arbitrary<infer T> ? T : never;

test('fills a rounded rectangle, smoothly or softly, and touches nothing else', () => {
  fc.assert(
    fc.property(drawing, length(1, 20), (drawing, blur) => {
      const { picture, plain, box, radius, colour } = prepare(drawing);
      fillRounded(picture, box, { radius, colour, blur });
      paintLine(plain, { box, radius, from: -Infinity, to: 0, blur, reach: Infinity, colour });
      expectSame(photoOf(picture).data, plain.data);
    }),
  );
});

test('draws the outline of a rounded rectangle, smoothly or softly, and touches nothing else', () => {
  fc.assert(
    fc.property(drawing, length(0.5, 12), length(1, 20), (drawing, thickness, blur) => {
      const { picture, plain, box, radius, colour } = prepare(drawing);
      strokeRounded(picture, box, { radius, thickness, colour, blur });
      paintLine(plain, { box, radius, ...middleOf(thickness), blur, reach: Infinity, colour });
      expectSame(photoOf(picture).data, plain.data);
    }),
  );
});

test('draws the corners of such an outline with round ends, and touches nothing else', () => {
  fc.assert(
    fc.property(drawing, length(0.5, 12), length(0, 80), (drawing, thickness, reach) => {
      const { picture, plain, box, radius, colour } = prepare(drawing);
      strokeCorners(picture, box, { radius, thickness, colour }, reach);
      paintLine(plain, { box, radius, ...middleOf(thickness), blur: 1, reach, colour });
      expectSame(photoOf(picture).data, plain.data);
    }),
  );
});

function middleOf(thickness: number): Pick<Line, 'from' | 'to'> {
  return { from: -thickness / 2, to: thickness / 2 };
}

/** The same stripes twice, and the shape to draw on them. */
function prepare({ width, height, under, box, share, colour }: Drawing) {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (under + i * 7) % 256);
  const [x1, y1, x2, y2] = box;
  const radius = share * Math.min(x2 - x1, y2 - y1);
  return { picture: makeMips({ data, width, height }, kernels), plain: { data, width, height }, box, radius, colour };
}

/** Equal up to rounding. */
function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  const wrong = actual.findIndex((value, i) => Math.abs(value - expected[i]!) > 1);
  expect(wrong < 0 ? 'the same' : `byte ${wrong} is ${actual[wrong]}, not ${expected[wrong]}`).toBe('the same');
}

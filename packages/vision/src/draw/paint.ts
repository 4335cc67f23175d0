import type { Pixels } from '../pixels.ts';
import type { Box } from '../vision.ts';

/** Red, green, blue, 0 to 255, and opacity, 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number, opacity: number];

/** A line along a rounded rectangle's edge, or the whole of it. Lengths in pixels. */
interface Stroke {
  box: Box;
  /** Of the box's corners. */
  radius: number;
  /** The line covers what is nearer than `half` to the curve `middle` pixels outside of the edge. */
  half: number;
  middle: number;
  /** How soft the line's own edges are: 1 is smooth, more makes a shadow. */
  blur: number;
  /** How far the line goes from each corner along both sides, before it ends round. */
  reach: number;
  colour: Colour;
}

/** Thicker than any picture: a line that fills its box. */
const FILL = 1e6;

/** Mixes a colour into one pixel. */
export function blend({ data, width }: Pixels, x: number, y: number, colour: Colour, coverage: number): void {
  const share = colour[3] * coverage;
  const at = (y * width + x) * 3;
  data[at]! += (colour[0] - data[at]!) * share;
  data[at + 1]! += (colour[1] - data[at + 1]!) * share;
  data[at + 2]! += (colour[2] - data[at + 2]!) * share;
}

/** A filled rectangle with rounded corners and smooth edges. `blur` pixels of softness make it a shadow. */
export function fillRounded(pixels: Pixels, box: Box, radius: number, colour: Colour, blur = 1): void {
  const [x1, y1, x2, y2] = box;
  const stroke = { box, radius, half: FILL, middle: -FILL, blur, reach: FILL, colour };
  const soft = blur / 2;
  paint(pixels, [x1 - soft, y1 - soft, x2 + soft, y2 + soft], stroke);
}

/** The outline of a rounded rectangle, `thickness` pixels centred on its edge. */
export function strokeRounded(
  pixels: Pixels,
  box: Box,
  radius: number,
  thickness: number,
  colour: Colour,
  blur = 1,
): void {
  const half = thickness / 2;
  const stroke = { box, radius, half, middle: 0, blur, reach: FILL, colour };
  const { corners, across, upright } = bands(box, radius, half + blur / 2);
  for (const corner of corners) paint(pixels, corner, stroke);
  const coverage = (distance: number) => Math.min(Math.max(0.5 - (distance - half) / blur, 0), 1);
  const [x1, y1, x2, y2] = box;
  for (const side of across)
    paintStraight(
      pixels,
      side,
      colour,
      () => 1,
      (y) => coverage(toNearer(y, y1, y2)),
    );
  for (const side of upright)
    paintStraight(
      pixels,
      side,
      colour,
      (x) => coverage(toNearer(x, x1, x2)),
      () => 1,
    );
}

/** Only the corners of such an outline, each reaching `length` pixels along both sides, with round ends. */
export function strokeCorners(
  pixels: Pixels,
  box: Box,
  radius: number,
  thickness: number,
  length: number,
  colour: Colour,
): void {
  const half = thickness / 2;
  const [x1, y1, x2, y2] = box;
  const long = length + half + 0.5;
  const stroke = { box, radius, half, middle: 0, blur: 1, reach: length, colour };
  const { corners, across, upright } = bands(box, radius, half + 0.5);
  for (const corner of corners) paint(pixels, corner, stroke);
  // The middle of a side stays free: paint either end of it.
  for (const [left, top, right, bottom] of across) {
    paint(pixels, [left, top, Math.min(x1 + long, (x1 + x2) / 2), bottom], stroke);
    paint(pixels, [Math.max(x2 - long, (x1 + x2) / 2), top, right, bottom], stroke);
  }
  for (const [left, top, right, bottom] of upright) {
    paint(pixels, [left, top, right, Math.min(y1 + long, (y1 + y2) / 2)], stroke);
    paint(pixels, [left, Math.max(y2 - long, (y1 + y2) / 2), right, bottom], stroke);
  }
}

/** How far pixel `at`'s centre is from the nearer of two edges. */
function toNearer(at: number, from: number, to: number): number {
  return Math.abs(Math.abs(at + 0.5 - (from + to) / 2) - (to - from) / 2);
}

/** Paints a straight line, most of every frame: each pixel is covered by what its column has times what its row has. */
function paintStraight(
  pixels: Pixels,
  [left, top, right, bottom]: Box,
  colour: Colour,
  ofColumn: (x: number) => number,
  ofRow: (y: number) => number,
): void {
  const [startX, endX] = [Math.max(left, 0), Math.min(right, pixels.width)];
  const columns = Float64Array.from({ length: Math.max(endX - startX, 0) }, (_, i) => ofColumn(startX + i));
  for (let y = Math.max(top, 0); y < Math.min(bottom, pixels.height); y++) {
    const row = ofRow(y);
    for (let i = 0; i < columns.length; i++) blend(pixels, startX + i, y, colour, row * columns[i]!);
  }
}

/** Paints what of a stroke lies in the rectangle. Neighbouring rectangles share no pixel. */
function paint(pixels: Pixels, [left, top, right, bottom]: Box, stroke: Stroke): void {
  const { box, radius, half, middle, blur, reach, colour } = stroke;
  const [x1, y1, x2, y2] = box;
  const cx = (x1 + x2) / 2;
  const cy = (y1 + y2) / 2;
  const flatX = (x2 - x1) / 2 - radius;
  const flatY = (y2 - y1) / 2 - radius;
  const endX = Math.min(Math.round(right), pixels.width);
  const endY = Math.min(Math.round(bottom), pixels.height);
  for (let y = Math.max(Math.round(top), 0); y < endY; y++) {
    const fromCentreY = Math.abs(y + 0.5 - cy);
    const dy = fromCentreY - flatY;
    for (let x = Math.max(Math.round(left), 0); x < endX; x++) {
      const fromCentreX = Math.abs(x + 0.5 - cx);
      const dx = fromCentreX - flatX;
      // Signed distance to the rounded rectangle's edge, negative inside; then to the line.
      const toEdge = (dx > 0 && dy > 0 ? Math.sqrt(dx * dx + dy * dy) : Math.max(dx, dy)) - radius;
      let distance = Math.abs(toEdge - middle) - half;
      const past = Math.max(flatX + radius - fromCentreX, flatY + radius - fromCentreY) - reach;
      if (past > 0) distance = Math.sqrt((distance + half) ** 2 + past * past) - half;
      const coverage = 0.5 - distance / blur;
      if (coverage > 0) blend(pixels, x, y, colour, Math.min(coverage, 1));
    }
  }
}

/** Rectangles of whole pixels, without overlap, that hold all within `reach` of a rounded rectangle's edge: corners, and straight sides. */
function bands([x1, y1, x2, y2]: Box, radius: number, reach: number): Record<'corners' | 'across' | 'upright', Box[]> {
  const corner = Math.max(radius, reach);
  const [left, innerLeft, cornerLeft, cornerRight, innerRight, right] = edges(x1, x2, corner, reach);
  const [top, innerTop, cornerTop, cornerBottom, innerBottom, bottom] = edges(y1, y2, corner, reach);
  return {
    corners: [
      [left, top, cornerLeft, cornerTop],
      [cornerRight, top, right, cornerTop],
      [left, cornerBottom, cornerLeft, bottom],
      [cornerRight, cornerBottom, right, bottom],
    ],
    across: [
      [cornerLeft, top, cornerRight, innerTop],
      [cornerLeft, innerBottom, cornerRight, bottom],
    ],
    upright: [
      [left, cornerTop, innerLeft, cornerBottom],
      [innerRight, cornerTop, right, cornerBottom],
    ],
  };
}

/** Of one axis, ascending: where the line begins, where it ends inside, where the corner ends; and the same from the other end. */
function edges(from: number, to: number, corner: number, reach: number) {
  const middle = Math.round((from + to) / 2);
  const first = (inside: number) => Math.min(Math.round(from + inside), middle);
  const second = (inside: number) => Math.max(Math.round(to - inside), middle);
  return [
    Math.round(from - reach),
    first(reach),
    first(corner),
    second(corner),
    second(reach),
    Math.round(to + reach),
  ] as const;
}

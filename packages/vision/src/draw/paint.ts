import type { Mips } from '../mips.ts';
import type { Box } from '../vision.ts';

/** Red, green, blue, whole numbers from 0 to 255, and opacity, 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number, opacity: number];

/** A line along the edge of a rounded rectangle, or the filled rectangle. Lengths in pixels. */
interface Stroke {
  box: Box;
  /** Radius of the box's corners. */
  radius: number;
  /** The line runs `middle` pixels outside the box's edge, and reaches `half` pixels to each side of that. */
  half: number;
  middle: number;
  /** How soft the line's own edges are: 1 is smooth, more makes a shadow. */
  blur: number;
  /** How far the line goes from each corner along both sides. It ends round. */
  reach: number;
  colour: Colour;
}

/** How a rounded rectangle is painted. Lengths in pixels. */
export interface Rounded {
  /** Radius of the box's corners. */
  radius: number;
  colour: Colour;
  /** Softness of the edges: more makes a shadow. Default 1: smooth. */
  blur?: number;
}

interface Outline extends Rounded {
  thickness: number;
}

/** A filled rectangle with rounded corners and smooth edges. */
export function fillRounded(mips: Mips, box: Box, { radius, colour, blur = 1 }: Rounded): void {
  const [x1, y1, x2, y2] = box;
  // A line so thick that it reaches from the edge to the middle.
  const half = Math.min(x2 - x1, y2 - y1) / 2;
  const stroke = { box, radius, half, middle: -half, blur, reach: Infinity, colour };
  const soft = blur / 2;
  paint(mips, [x1 - soft, y1 - soft, x2 + soft, y2 + soft], stroke);
}

/** The outline of a rounded rectangle, centred on its edge. */
export function strokeRounded(mips: Mips, box: Box, { radius, thickness, colour, blur = 1 }: Outline): void {
  const half = thickness / 2;
  const stroke = { box, radius, half, middle: 0, blur, reach: Infinity, colour };
  for (const part of Object.values(bands(box, radius, half + blur / 2)).flat()) paint(mips, part, stroke);
}

/** Draws only the corners of such an outline, smooth, `length` pixels along both sides, with round ends. */
export function strokeCorners(mips: Mips, box: Box, { radius, thickness, colour }: Outline, length: number): void {
  const half = thickness / 2;
  const [x1, y1, x2, y2] = box;
  const long = length + half + 0.5;
  const stroke = { box, radius, half, middle: 0, blur: 1, reach: length, colour };
  const { corners, across, upright } = bands(box, radius, half + 0.5);
  for (const corner of corners) paint(mips, corner, stroke);
  // The middle of a side stays free: paint either end of it.
  for (const [left, top, right, bottom] of across) {
    paint(mips, [left, top, Math.min(x1 + long, (x1 + x2) / 2), bottom], stroke);
    paint(mips, [Math.max(x2 - long, (x1 + x2) / 2), top, right, bottom], stroke);
  }
  for (const [left, top, right, bottom] of upright) {
    paint(mips, [left, top, right, Math.min(y1 + long, (y1 + y2) / 2)], stroke);
    paint(mips, [left, Math.max(y2 - long, (y1 + y2) / 2), right, bottom], stroke);
  }
}

/** Paints the part of a stroke inside a rectangle. Neighbouring rectangles share no pixel. */
function paint({ kernels, photo }: Mips, [left, top, right, bottom]: Box, stroke: Stroke): void {
  const { box, radius, half, middle, blur, reach, colour } = stroke;
  const [x1, y1, x2, y2] = box;
  const [red, green, blue, opacity] = colour;
  const { at, width, height } = photo;
  const part = [Math.max(Math.round(left), 0), Math.max(Math.round(top), 0)] as const;
  const end = [Math.min(Math.round(right), width), Math.min(Math.round(bottom), height)] as const;
  const centre = [(x1 + x2) / 2, (y1 + y2) / 2] as const;
  const flat = [(x2 - x1) / 2 - radius, (y2 - y1) / 2 - radius] as const;
  const rgb = red | (green << 8) | (blue << 16);
  kernels.wasm.paint(at, width, ...part, ...end, ...centre, ...flat, radius, half, middle, blur, reach, rgb, opacity);
}

/** The corners and straight sides of a rounded rectangle: rectangles of whole pixels, without overlap, that hold all within `reach` of its edge. */
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

/** On one axis, ascending: where the line begins, where it ends inside, where the corner ends; then the same from the other end. */
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

import type { Pixels } from '../pixels.ts';
import type { Box } from '../vision.ts';

/** Red, green, blue, 0 to 255, and opacity, 0 to 1. */
export type Colour = readonly [red: number, green: number, blue: number, opacity: number];

/** How much of the pixel whose centre is (x, y) is covered, 0 to 1. */
type Coverage = (x: number, y: number) => number;

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
  const distance = roundedDistance(box, radius);
  paint(pixels, grow(box, blur), colour, (x, y) => ramp(distance(x, y), blur));
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
  const distance = roundedDistance(box, radius);
  const coverage: Coverage = (x, y) => ramp(Math.abs(distance(x, y)) - thickness / 2, blur);
  for (const band of edges(box, radius, thickness / 2 + blur)) paint(pixels, band, colour, coverage);
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
  const [x1, y1, x2, y2] = box;
  const distance = roundedDistance(box, radius);
  const half = thickness / 2;
  const coverage: Coverage = (x, y) => {
    // Past its end along the side, the stroke goes on as a half circle.
    const pastX = Math.min(x - x1, x2 - x) - length;
    const pastY = Math.min(y - y1, y2 - y) - length;
    const past = Math.max(pastX, pastY, 0);
    return ramp(length2(distance(x, y), past) - half, 1);
  };
  const reach = half + 1;
  const long = length + reach;
  for (const [left, right] of [
    [x1 - reach, x1 + long],
    [x2 - long, x2 + reach],
  ] as const) {
    for (const [top, bottom] of [
      [y1 - reach, y1 + long],
      [y2 - long, y2 + reach],
    ] as const) {
      paint(pixels, [left, top, right, bottom], colour, coverage);
    }
  }
}

function paint(pixels: Pixels, [x1, y1, x2, y2]: Box, colour: Colour, coverage: Coverage): void {
  const left = Math.max(Math.floor(x1), 0);
  const right = Math.min(Math.ceil(x2), pixels.width);
  const top = Math.max(Math.floor(y1), 0);
  const bottom = Math.min(Math.ceil(y2), pixels.height);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const share = coverage(x + 0.5, y + 0.5);
      if (share > 0) blend(pixels, x, y, colour, share);
    }
  }
}

/** Signed distance to a rounded rectangle's edge, pixels: negative inside. */
function roundedDistance([x1, y1, x2, y2]: Box, radius: number): Coverage {
  const cx = (x1 + x2) / 2;
  const cy = (y1 + y2) / 2;
  const halfWidth = (x2 - x1) / 2 - radius;
  const halfHeight = (y2 - y1) / 2 - radius;
  return (x, y) => {
    const dx = Math.abs(x - cx) - halfWidth;
    const dy = Math.abs(y - cy) - halfHeight;
    if (dx <= 0 || dy <= 0) return Math.max(dx, dy) - radius;
    return length2(dx, dy) - radius;
  };
}

/** Math.hypot without its care for overflow, which takes longer than all the rest. */
function length2(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

/** 1 inside, 0 outside, and a smooth passage `width` pixels wide over the edge. */
function ramp(distance: number, width: number): number {
  return Math.min(Math.max(0.5 - distance / width, 0), 1);
}

function grow([x1, y1, x2, y2]: Box, by: number): Box {
  return [x1 - by, y1 - by, x2 + by, y2 + by];
}

/** Four rectangles without overlap that hold all pixels within `reach` of a rounded rectangle's edge. */
function edges([x1, y1, x2, y2]: Box, radius: number, reach: number): Box[] {
  const top = Math.floor(y1 - reach);
  const bottom = Math.ceil(y2 + reach);
  const upper = Math.min(Math.ceil(y1 + radius + reach), Math.floor((y1 + y2) / 2));
  const lower = Math.max(Math.floor(y2 - radius - reach), upper);
  const left = Math.floor(x1 - reach);
  const right = Math.ceil(x2 + reach);
  const inner = Math.min(Math.ceil(x1 + reach), Math.floor((x1 + x2) / 2));
  const outer = Math.max(Math.floor(x2 - reach), inner);
  return [
    [left, top, right, upper],
    [left, lower, right, bottom],
    [left, upper, inner, lower],
    [outer, upper, right, lower],
  ];
}

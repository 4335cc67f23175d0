import type { Box } from '../vision.ts';

/** A box that may be a face: corners in photo pixels, and its probability. */
export interface Candidate {
  box: Box;
  probability: number;
}

/** Moves a box's corners by a net's regression [dx1, dy1, dx2, dy2], in units of the box's width and height, each plus `extra` pixels. */
export function regress([x1, y1, x2, y2]: Box, [dx1, dy1, dx2, dy2]: Box, extra: 0 | 1): Box {
  const width = x2 - x1 + extra;
  const height = y2 - y1 + extra;
  return [x1 + dx1 * width, y1 + dy1 * height, x2 + dx2 * width, y2 + dy2 * height];
}

/** The square around the same centre, with the box's longer side. */
export function square([x1, y1, x2, y2]: Box): Box {
  const side = Math.max(x2 - x1, y2 - y1);
  const left = (x1 + x2) / 2 - side / 2;
  const top = (y1 + y2) / 2 - side / 2;
  return [left, top, left + side, top + side];
}

/**
 * The whole pixels that the reference cuts out for a box: corners truncated, one pixel further to the left and top, inside the photo.
 * Undefined if the box lies outside.
 */
export function cropEdges([x1, y1, x2, y2]: Box, width: number, height: number): Box | undefined {
  const left = Math.max(Math.trunc(x1), 1) - 1;
  const top = Math.max(Math.trunc(y1), 1) - 1;
  const right = Math.min(Math.trunc(x2), width);
  const bottom = Math.min(Math.trunc(y2), height);
  return right > left && bottom > top ? [left, top, right, bottom] : undefined;
}

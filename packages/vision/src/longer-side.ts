import type { Box } from './vision.ts';

/** The size of a face, in the box's pixels. */
export function longerSide([x1, y1, x2, y2]: Box): number {
  return Math.max(x2 - x1, y2 - y1);
}

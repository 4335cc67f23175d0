import type { Box } from './vision.ts';

/**
 * How much of a face's height must be beside its row. People of one row differ by half a face and more; with half of it, four men side by
 * side were two rows.
 */
const BESIDE = 1 / 3;

/**
 * Rows of faces as people read them: from the top, and each row from left to right. A face is held to the mean of the row so far: chained
 * from face to face, two rows would soon be one.
 */
export function inRows<Face extends { box: Box }>(faces: readonly Face[]): Face[][] {
  const rows: Face[][] = [];
  for (const face of faces.toSorted((a, b) => middle(a.box, 1) - middle(b.box, 1))) {
    const row = rows.at(-1);
    if (row !== undefined && isBeside(face, row)) row.push(face);
    else rows.push([face]);
  }
  return rows.map((row) => row.toSorted((a, b) => middle(a.box, 0) - middle(b.box, 0)));
}

function isBeside<Face extends { box: Box }>({ box: [, top, , bottom] }: Face, row: readonly Face[]): boolean {
  const rowTop = mean(row.map(({ box }) => box[1]));
  const rowBottom = mean(row.map(({ box }) => box[3]));
  const shared = Math.min(bottom, rowBottom) - Math.max(top, rowTop);
  return shared > BESIDE * Math.min(bottom - top, rowBottom - rowTop);
}

/** @param axis 0 across, 1 down */
function middle(box: Box, axis: 0 | 1): number {
  return (box[axis] + box[axis + 2]!) / 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

import type { Box } from './vision.ts';

/**
 * The least distance between the middles of two rows, in face heights. Measured in photos of groups: if people stand in one line, its upper
 * and lower half differ by 0.65 at most; people in front differ from people behind them by 0.85 and more.
 */
const APART = 0.7;

/**
 * Sorts faces into rows as people read them: from the top, and each row from left to right. The faces are split where the two parts are
 * most even in height, and each part is split again, as long as the parts are far enough apart. Means are compared, since from face to
 * face two rows may form one chain.
 */
export function inRows<Face extends { box: Box }>(faces: readonly Face[]): Face[][] {
  if (faces.length === 0) return [];
  const rows = part(faces.toSorted((a, b) => middle(a.box, 1) - middle(b.box, 1)));
  return rows.map((row) => row.toSorted((a, b) => middle(a.box, 0) - middle(b.box, 0)));
}

/** @param faces sorted from the top down */
function part<Face extends { box: Box }>(faces: readonly Face[]): (readonly Face[])[] {
  let most = 0;
  let rows: (readonly Face[])[] = [faces];
  for (let i = 1; i < faces.length; i++) {
    const [upper, lower] = [faces.slice(0, i), faces.slice(i)];
    const down = meanOf(lower, (box) => middle(box, 1)) - meanOf(upper, (box) => middle(box, 1));
    // Otsu 1979: where the variance between the two parts is largest, the variance within them is smallest.
    const between = upper.length * lower.length * down ** 2;
    if (between <= most) continue;
    most = between;
    const height = (meanOf(upper, heightOf) + meanOf(lower, heightOf)) / 2;
    rows = down < APART * height ? [faces] : [upper, lower];
  }
  return rows.length === 1 ? rows : rows.flatMap(part);
}

/** @param axis 0: across, 1: down */
function middle(box: Box, axis: 0 | 1): number {
  return (box[axis] + box[axis + 2]!) / 2;
}

function heightOf([, top, , bottom]: Box): number {
  return bottom - top;
}

function meanOf<Face extends { box: Box }>(row: readonly Face[], value: (box: Box) => number): number {
  return row.reduce((sum, { box }) => sum + value(box), 0) / row.length;
}

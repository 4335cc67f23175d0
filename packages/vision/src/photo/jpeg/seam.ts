import type { Pixels } from '../../pixels.ts';
import type { UnitGrid } from './frame.ts';

export interface Seam {
  /**
   * -1 to 1: the share of the seam that is an edge, minus the share of an edge where the picture should be intact. For the suspicion the
   * picture should be intact before the seam, for the certainty also behind it; but damage may go on there.
   */
  suspicion: number;
  certainty: number;
  /** The share of the picture from the most suspicious and from the most certain seam to the end. */
  afterSuspicion: number;
  afterCertainty: number;
}

/** Pixels from one sample to the next. */
const STEP = 8;
/** Each part of a seam needs so many samples: fewer may be an edge by chance. */
const LEAST_SAMPLES = 2;
/** Two rows have an edge between them if they differ by so many levels more than either differs from its other neighbour. */
const EDGE = 8;
/** In a reduced picture, an edge is blurred by so many pixels on either side. */
const BLUR = 1;
/** Rows of units with fewer pixels than this show nothing. */
const LEAST_HEIGHT = 5;

/**
 * Finds damage that a JPEG's decoder doesn't notice. Each unit continues the place and the colour of the one before, so a wrong unit shifts
 * or tints all that follow. Then there is an edge above that unit and above those right of it, none above those left of it, and in the
 * next row of units an edge above those left of it. Pictures have edges anywhere, but rarely such a step on the borders of units.
 * Takes 0.2 ms for 1280×1080.
 *
 * @param pixels upright, perhaps reduced
 * @param grid of a JPEG that is a single run (`oneRunOf`)
 * @param orientation EXIF's, 1 to 8
 */
export function findSeam(pixels: Pixels, grid: UnitGrid, orientation: number): Seam {
  const picture = asStored(pixels, orientation);
  const unitHeight = (grid.unitHeight * picture.height) / grid.height;
  const blur = picture.height === grid.height ? 0 : BLUR;
  const samples = Math.floor(picture.width / STEP);
  const seam: Seam = { suspicion: -1, certainty: -1, afterSuspicion: 0, afterCertainty: 0 };
  if (unitHeight < LEAST_HEIGHT) return seam;
  let [upper, lower] = [new Uint8Array(samples), new Uint8Array(samples)];
  for (let row = 1; row < grid.rows; row++) {
    [upper, lower] = [lower, upper];
    markEdges(picture, row * unitHeight, blur, lower);
    if (row > 1) compare(seam, upper, lower, (split) => 1 - (row - 1 + split / samples) / grid.rows);
  }
  return seam;
}

/** Looks for the best place to split a row's edges from those of the next row, and keeps it in `seam` if it is the best so far. */
function compare(seam: Seam, upper: Uint8Array, lower: Uint8Array, after: (split: number) => number): void {
  const samples = upper.length;
  const [allUpper, allLower] = [count(upper), count(lower)];
  let [upperLeft, lowerLeft] = [0, 0];
  for (let split = 1; split <= samples - LEAST_SAMPLES; split++) {
    upperLeft += upper[split - 1]!;
    lowerLeft += lower[split - 1]!;
    if (split < LEAST_SAMPLES) continue;
    const right = samples - split;
    const edge = Math.min((allUpper - upperLeft) / right, lowerLeft / split);
    const suspicion = edge - upperLeft / split;
    const certainty = Math.min(suspicion, edge - (allLower - lowerLeft) / right);
    if (suspicion > seam.suspicion) Object.assign(seam, { suspicion, afterSuspicion: after(split) });
    if (certainty > seam.certainty) Object.assign(seam, { certainty, afterCertainty: after(split) });
  }
}

/** Writes 1 for each sample that has an edge at height `y`, else 0. */
function markEdges({ data, at, right, down, height }: Stored, y: number, blur: number, edges: Uint8Array): void {
  edges.fill(0);
  const above = Math.ceil(y - 1e-6) - 1 - blur;
  const below = Math.floor(y + 1e-6) + blur;
  if (above < 1 || below + 1 >= height) return;
  const gap = 1 + blur;
  for (let i = 0, x = STEP / 2; i < edges.length; i++, x += STEP) {
    const upper = at + x * right + above * down;
    const lower = at + x * right + below * down;
    for (let channel = 0; channel < 3 && edges[i] === 0; channel++) {
      const a = data[upper + channel]!;
      const b = data[lower + channel]!;
      const step = Math.abs(b - a);
      if (step <= EDGE) continue;
      const usual = Math.max(Math.abs(a - data[upper - down + channel]!), Math.abs(data[lower + down + channel]! - b));
      if (step > EDGE + gap * usual) edges[i] = 1;
    }
  }
}

/** Pixels in the file's own orientation: the one in column x and row y is at `at + x * right + y * down`. */
interface Stored {
  data: Uint8Array;
  width: number;
  height: number;
  at: number;
  right: number;
  down: number;
}

/** Undoes an EXIF orientation (tag 0x0112) without moving a pixel. */
function asStored({ data, width, height }: Pixels, orientation: number): Stored {
  const right = [2, 3, 6, 7].includes(orientation) ? -3 : 3;
  const down = [3, 4, 7, 8].includes(orientation) ? -3 * width : 3 * width;
  const at = (right < 0 ? (width - 1) * 3 : 0) + (down < 0 ? (height - 1) * 3 * width : 0);
  const isTurned = orientation >= 5 && orientation <= 8;
  if (isTurned) return { data, width: height, height: width, at, right: down, down: right };
  return { data, width, height, at, right, down };
}

function count(flags: Uint8Array): number {
  let sum = 0;
  for (const flag of flags) sum += flag;
  return sum;
}

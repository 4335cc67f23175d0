import type { Pixels } from '../../pixels.ts';
import type { UnitGrid } from './frame.ts';

export interface Seam {
  /**
   * Shares of a row, -1 to 1: how much of the seam is an edge, minus how much of an edge there is where the picture should be intact.
   * For the suspicion that is before the seam; for the certainty also behind it, since damage may go on.
   */
  suspicion: number;
  certainty: number;
  /** The share of the picture from the most suspicious and from the most certain seam to the end. */
  afterSuspicion: number;
  afterCertainty: number;
}

/** Pixels from one sample to the next. */
const STEP = 8;
/** Either part of a seam has at least so many samples: fewer are an edge by chance. */
const LEAST_SAMPLES = 2;
/** Levels by which two rows must differ more than either does from its other neighbour. */
const EDGE = 8;
/** A reduced picture's edges are so many pixels wide on either side ... */
const BLUR = 1;
/** ... and in rows of units of fewer pixels than this nothing can be told. */
const LEAST_HEIGHT = 5;

/**
 * Finds traces of damage that a JPEG's decoder doesn't notice. Each unit continues the place and the colour of the one before it, so
 * a wrong one shifts or tints all that follow: that unit and those right of it have an edge above them, those left of it in the next row
 * of units have one too, and those left of it in its own row have none. Pictures have edges anywhere, but no such stairs just there.
 * 0.2 ms for 1280×1080.
 *
 * @param pixels upright and perhaps reduced
 * @param grid of the JPEG that is one run (`oneRunOf`)
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

/** Takes the best place to split a row's edges from those of the next row into `seam`. */
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

/** Pixels as the file has them: that of column x and row y is at `at + x * right + y * down`. */
interface Stored {
  data: Uint8Array;
  width: number;
  height: number;
  at: number;
  right: number;
  down: number;
}

/** Undoes an orientation of EXIF (tag 0x0112) without moving a pixel. */
function asStored({ data, width, height }: Pixels, orientation: number): Stored {
  const [x, y] = [3, 3 * width];
  const [lastX, lastY] = [(width - 1) * x, (height - 1) * y];
  const upright = { data, width, height };
  const turned = { data, width: height, height: width };
  switch (orientation) {
    case 2:
      return { ...upright, at: lastX, right: -x, down: y };
    case 3:
      return { ...upright, at: lastX + lastY, right: -x, down: -y };
    case 4:
      return { ...upright, at: lastY, right: x, down: -y };
    case 5:
      return { ...turned, at: 0, right: y, down: x };
    case 6:
      return { ...turned, at: lastX, right: y, down: -x };
    case 7:
      return { ...turned, at: lastX + lastY, right: -y, down: -x };
    case 8:
      return { ...turned, at: lastY, right: -y, down: x };
    default:
      return { ...upright, at: 0, right: x, down: y };
  }
}

function count(flags: Uint8Array): number {
  let sum = 0;
  for (const flag of flags) sum += flag;
  return sum;
}

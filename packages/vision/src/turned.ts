import type { Held, Mips } from './mips.ts';
import type { Box, Point } from './vision.ts';

/** Turns by 90° clockwise. */
export type Quarters = 1 | 2 | 3;

export interface Size {
  width: number;
  height: number;
}

/** A photo as it came, or turned. Mips are a View. */
export interface View extends Held {
  /** The size after turning. */
  photo: Size;
  /** Left out: not turned. */
  quarters?: Quarters;
}

/** Turns a photo without copying it: crops are turned when they are cut out (sample.ts). */
export function turned({ levels, kernels, end, photo: { width, height } }: Mips, quarters: Quarters): View {
  const photo = quarters === 2 ? { width, height } : { width: height, height: width };
  return { levels, kernels, end, photo, quarters };
}

/** Brings a point of the view back to the photo as it came. The left edge of pixel i is at i. */
export function pointBack({ photo: { width, height }, quarters }: View, [x, y]: Point): Point {
  if (quarters === 1) return [y, width - x];
  if (quarters === 2) return [width - x, height - y];
  return quarters === 3 ? [height - y, x] : [x, y];
}

/** Brings a box of the view back to the photo as it came. */
export function boxBack(view: View, [x1, y1, x2, y2]: Readonly<Box>): Box {
  const [ax, ay] = pointBack(view, [x1, y1]);
  const [bx, by] = pointBack(view, [x2, y2]);
  return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
}

/** Turns a picture (RGB, 8 bits a channel) and writes it to the beginning of `out`. */
export function turn(picture: Uint8Array, { width, height }: Size, quarters: Quarters, out: Uint8Array): void {
  const [columns, rows] = quarters === 2 ? [width, height] : [height, width];
  const [first, right, down] = {
    1: [(height - 1) * width, -width, 1],
    2: [height * width - 1, -1, -width],
    3: [width - 1, width, -1],
  }[quarters] as [number, number, number];
  let to = 0;
  for (let y = 0; y < rows; y++) {
    let from = 3 * (first + y * down);
    for (let x = 0; x < columns; x++) {
      out[to] = picture[from]!;
      out[to + 1] = picture[from + 1]!;
      out[to + 2] = picture[from + 2]!;
      to += 3;
      from += 3 * right;
    }
  }
}

import { levelFor, type Mips } from './mips.ts';

/** Fixed-point weights: 0 to 2^7, so that a product of two weights and a byte stays far inside 31 bits. */
const BITS = 7;
const ONE = 1 << BITS;
const ROUND = 1 << (2 * BITS - 1);

/**
 * Resamples a rectangle of the photo to width × height pixels, RGB, into `out` from byte `at`: bilinear, from the
 * halving whose pixels are just smaller than the output's, which is within rounding of the mean over each output pixel.
 *
 * `x1, y1, x2, y2` are edges in photo pixels (pixel i spans i to i+1) and may be fractional; the photo's border is repeated outside.
 */
export function sampleRect(
  mips: Mips,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  width: number,
  height: number,
  out: Uint8Array,
  at: number,
): void {
  const level = levelFor(mips, Math.min((x2 - x1) / width, (y2 - y1) / height));
  const { data, width: sourceWidth, height: sourceHeight } = mips[level]!;
  const size = 2 ** -level;
  const columns = taps(x1 * size, x2 * size, width, sourceWidth);
  const rows = taps(y1 * size, y2 * size, height, sourceHeight);
  const first = columns.index[0]!;
  const spanned = (Math.min(columns.index[width - 1]! + 1, sourceWidth - 1) - first + 1) * 3;
  const blended = new Int32Array(spanned + 3);
  let to = at;
  for (let y = 0; y < height; y++) {
    const lower = rows.weight[y]!;
    const upper = ONE - lower;
    const top = (rows.index[y]! * sourceWidth + first) * 3;
    const bottom = rows.index[y]! + 1 < sourceHeight ? top + sourceWidth * 3 : top;
    for (let i = 0; i < spanned; i++) blended[i] = data[top + i]! * upper + data[bottom + i]! * lower;
    for (let x = 0; x < width; x++) {
      const from = (columns.index[x]! - first) * 3;
      const right = columns.weight[x]!;
      const left = ONE - right;
      out[to] = (blended[from]! * left + blended[from + 3]! * right + ROUND) >> (2 * BITS);
      out[to + 1] = (blended[from + 1]! * left + blended[from + 4]! * right + ROUND) >> (2 * BITS);
      out[to + 2] = (blended[from + 2]! * left + blended[from + 5]! * right + ROUND) >> (2 * BITS);
      to += 3;
    }
  }
}

/** For each of `count` output pixels across [from, to): the source pixel left of its centre, and the weight (0 to ONE) of the one after it. */
function taps(from: number, to: number, count: number, size: number): { index: Int32Array; weight: Int32Array } {
  const index = new Int32Array(count);
  const weight = new Int32Array(count);
  const step = (to - from) / count;
  for (let i = 0; i < count; i++) {
    const centre = Math.min(Math.max(from + (i + 0.5) * step - 0.5, 0), size - 1);
    index[i] = Math.floor(centre);
    // On the last pixel there is none after it to weigh in.
    weight[i] = index[i] === size - 1 ? 0 : Math.round((centre - index[i]!) * ONE);
  }
  return { index, weight };
}

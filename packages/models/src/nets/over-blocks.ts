/** Values of a 2×2 block of pixels: RGB, upper left, upper right, lower left, lower right. */
export const BLOCK = 12;

/**
 * Turns a square filter over pixels into one over 2×2 blocks: a convolution in bytes over three channels would spend its time gathering its
 * input. The filter's inputs begin `down` and `right` pixels after the first block.
 *
 * @param filter row-major [3, side, side], side odd
 * @param columns blocks in a row, default (side + 1) / 2; those that the filter does not reach have zeros
 * @returns row-major [12, (side + 1) / 2, columns]
 */
export function overBlocks(
  filter: Float32Array,
  side: number,
  { down = 0, right = 0, columns = (side + 1) / 2 }: { down?: 0 | 1; right?: number; columns?: number } = {},
): Float32Array {
  const rows = (side + 1) / 2;
  const out = new Float32Array(BLOCK * rows * columns);
  filter.forEach((w, i) => {
    const channel = Math.floor(i / (side * side));
    const y = (Math.floor(i / side) % side) + down;
    const x = (i % side) + right;
    const input = (y % 2) * 6 + (x % 2) * 3 + channel;
    out[(input * rows + (y >> 1)) * columns + (x >> 1)] = w;
  });
  return out;
}

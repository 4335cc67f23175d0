/** Numbers made of each channel. */
export const MOMENTS = 3;

/**
 * Weights for the means of a channel's rows: the mean of all, below minus above, and both ends minus the middle (Legendre polynomials of
 * degree 0, 1 and 2 of the height from -1 to 1, divided by the number of rows). The face is aligned, so the height separates forehead and
 * mouth. Left and right are not separated, since the mirror image counts as much.
 *
 * @returns [3, rows]
 */
export function heightMoments(rows: number): Float32Array {
  const weights = new Float32Array(MOMENTS * rows);
  for (let row = 0; row < rows; row++) {
    const height = (2 * row + 1) / rows - 1;
    [1, height, (3 * height ** 2 - 1) / 2].forEach((weight, moment) => {
      weights[moment * rows + row] = weight / rows;
    });
  }
  return weights;
}

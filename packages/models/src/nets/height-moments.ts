/** Numbers that are made of each channel. */
export const MOMENTS = 3;

/**
 * What a channel's row means are weighted with: how much of it there is, how much more below than above, and how much more above and
 * below than in the middle (Legendre's polynomials of degree 0, 1 and 2 of the height from -1 to 1, over the number of rows). The face is
 * aligned, so that height tells forehead from mouth; left and right are not told apart, since the mirror image counts as much.
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

import { draw, levelFor, type Mips } from './mips.ts';

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
  const index = levelFor(mips, Math.min((x2 - x1) / width, (y2 - y1) / height));
  const level = mips.levels[index]!;
  const size = 2 ** -index;
  draw(mips, width * height * 3, scratchOf(level.width, width), out, at, (kernels, to, scratch) =>
    kernels.sample(
      level.at,
      level.width,
      level.height,
      x1 * size,
      y1 * size,
      x2 * size,
      y2 * size,
      width,
      height,
      scratch,
      to,
    ),
  );
}

/** For the kernel: an offset and a weight, 4 bytes each, for every column, and one row of the level in 16 bits. */
function scratchOf(levelWidth: number, width: number): number {
  return (width + 3) * 8 + (levelWidth * 3 + 32) * 2;
}

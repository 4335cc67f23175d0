import { draw, levelFor } from './mips.ts';
import { boxBack, type Quarters, type Size, turn, type View } from './turned.ts';

/**
 * Resamples a rectangle of the photo to width × height pixels, RGB, to the beginning of `out`: bilinear, from the
 * halving whose pixels are just smaller than the output's, which is within rounding of the mean over each output pixel.
 *
 * `x1, y1, x2, y2` are edges in photo pixels (pixel i spans i to i+1) and may be fractional; the photo's border is repeated outside. In a turned view both the rectangle and the output are turned.
 */
export function sampleRect(
  view: View,
  rect: readonly [number, number, number, number],
  { width, height }: Size,
  out: Uint8Array,
): void {
  if (view.quarters !== undefined) {
    sampleTurned({ ...view, quarters: view.quarters }, rect, { width, height }, out);
    return;
  }
  const [x1, y1, x2, y2] = rect;
  const index = levelFor(view, Math.min((x2 - x1) / width, (y2 - y1) / height));
  const level = view.levels[index]!;
  const size = 2 ** -index;
  const room = { bytes: width * height * 3, scratch: scratchOf(level.width, width) };
  draw(view, room, out, (kernels, to, scratch) =>
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

function sampleTurned(
  view: View & { quarters: Quarters },
  rect: readonly [number, number, number, number],
  { width, height }: Size,
  out: Uint8Array,
): void {
  const { quarters, levels, kernels, end } = view;
  const size = quarters === 2 ? { width, height } : { width: height, height: width };
  const picture = new Uint8Array(width * height * 3);
  sampleRect({ levels, kernels, end, photo: levels[0]! }, boxBack(view, rect), size, picture);
  turn(picture, size, quarters, out);
}

/** For the kernel: an offset and a weight, 4 bytes each, for every column, and one row of the level in 16 bits. */
function scratchOf(levelWidth: number, width: number): number {
  return (width + 3) * 8 + (levelWidth * 3 + 32) * 2;
}

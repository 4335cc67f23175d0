import { draw, levelFor } from './mips.ts';
import { boxBack, type Quarters, type Size, turn, type View } from './turned.ts';
import type { Box } from './vision.ts';

/**
 * Resamples a rectangle of the photo to width × height pixels, RGB, at the beginning of `out`. It is bilinear, from the halving whose
 * pixels are just smaller than the output's; that equals the mean over each output pixel, up to rounding.
 *
 * @param rect edges in photo pixels (pixel i spans i to i+1), whole or not; outside the photo its border is repeated. In a turned view
 *   the rectangle and the output are turned as well.
 */
export function sampleRect(view: View, rect: Readonly<Box>, { width, height }: Size, out: Uint8Array): void {
  if (view.quarters !== undefined) {
    sampleTurned({ ...view, quarters: view.quarters }, rect, { width, height }, out);
    return;
  }
  const [x1, y1, x2, y2] = rect;
  const index = levelFor(view, Math.min((x2 - x1) / width, (y2 - y1) / height));
  const { at, width: w, height: h } = view.levels[index]!;
  const size = 2 ** -index;
  // The kernel needs an offset and a weight (4 bytes each) for every column, and one row of the level in 16 bits.
  const scratch = (width + 3) * 8 + (w * 3 + 32) * 2;
  draw(view, { bytes: width * height * 3, scratch }, out, (wasm, to, scratchAt) =>
    wasm.sample(at, w, h, x1 * size, y1 * size, x2 * size, y2 * size, width, height, scratchAt, to),
  );
}

function sampleTurned(
  { quarters, levels, kernels, end, photo }: View & { quarters: Quarters },
  rect: Readonly<Box>,
  { width, height }: Size,
  out: Uint8Array,
): void {
  const size = quarters === 2 ? { width, height } : { width: height, height: width };
  const picture = new Uint8Array(width * height * 3);
  const box = boxBack({ levels, kernels, end, photo, quarters }, rect);
  sampleRect({ levels, kernels, end, photo: levels[0]! }, box, size, picture);
  turn(picture, size, quarters, out);
}

import { draw, levelFor, type Mips } from '../mips.ts';
import type { Similarity } from './similarity.ts';

/**
 * Draws a chip of side × side pixels, RGB, at the beginning of `out`. `toPhoto` maps chip pixels to photo pixels. It is bilinear, from
 * the halving whose pixels are just smaller than the chip's. Outside the photo its border is repeated.
 */
export function warp(mips: Mips, { a, b, tx, ty }: Similarity, side: number, out: Uint8Array): void {
  const index = levelFor(mips, Math.hypot(a, b));
  const { at, width, height } = mips.levels[index]!;
  const size = 2 ** -index;
  // A pixel's centre in the photo is (i + 0.5) / 2^level - 0.5 in the halving.
  const shift = 0.5 * size - 0.5;
  draw(mips, { bytes: side * side * 3, scratch: 0 }, out, (wasm, to) =>
    wasm.warp(at, width, height, a * size, b * size, tx * size, ty * size, shift, side, to),
  );
}

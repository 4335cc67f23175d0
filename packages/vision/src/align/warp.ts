import { draw, levelFor, type Mips } from '../mips.ts';
import type { Similarity } from './similarity.ts';

/**
 * Draws the chip of side × side pixels, RGB, to the beginning of `out`. `toPhoto` brings chip pixels to photo pixels.
 * Bilinear, from the halving whose pixels are just smaller than the chip's. The photo's border is repeated outside.
 */
export function warp(mips: Mips, toPhoto: Similarity, side: number, out: Uint8Array): void {
  const index = levelFor(mips, Math.hypot(toPhoto.a, toPhoto.b));
  const level = mips.levels[index]!;
  const size = 2 ** -index;
  const { a, b, tx, ty } = toPhoto;
  // A pixel's centre in the photo is (i + 0.5) / 2^level - 0.5 in the halving.
  const shift = 0.5 * size - 0.5;
  draw(mips, { bytes: side * side * 3, scratch: 0 }, out, (kernels, to) =>
    kernels.warp(level.at, level.width, level.height, a * size, b * size, tx * size, ty * size, shift, side, to),
  );
}

import { levelFor, type Mips } from '../mips.ts';
import type { Similarity } from './similarity.ts';

const BITS = 7;
const ONE = 1 << BITS;
const ROUND = 1 << (2 * BITS - 1);

/**
 * Draws the chip of side × side pixels, RGB, into `out` from byte `at`. `toPhoto` brings chip pixels to photo pixels.
 * Bilinear, from the halving whose pixels are just smaller than the chip's. The photo's border is repeated outside.
 */
export function warp(mips: Mips, toPhoto: Similarity, side: number, out: Uint8Array, at: number): void {
  const level = levelFor(mips, Math.hypot(toPhoto.a, toPhoto.b));
  const { data, width, height } = mips[level]!;
  const size = 2 ** -level;
  // A pixel's centre in the photo is (i + 0.5) / 2^level - 0.5 in the halving.
  const shift = 0.5 * size - 0.5;
  const a = toPhoto.a * size;
  const b = toPhoto.b * size;
  const row = width * 3;
  let to = at;
  for (let v = 0; v < side; v++) {
    let x = -b * v + toPhoto.tx * size + shift;
    let y = a * v + toPhoto.ty * size + shift;
    for (let u = 0; u < side; u++) {
      const cx = Math.min(Math.max(x, 0), width - 1);
      const cy = Math.min(Math.max(y, 0), height - 1);
      const left = Math.floor(cx);
      const top = Math.floor(cy);
      const wx = Math.round((cx - left) * ONE);
      const wy = Math.round((cy - top) * ONE);
      const p = top * row + left * 3;
      const q = left < width - 1 ? p + 3 : p;
      const down = top < height - 1 ? row : 0;
      const w00 = (ONE - wx) * (ONE - wy);
      const w01 = wx * (ONE - wy);
      const w10 = (ONE - wx) * wy;
      const w11 = wx * wy;
      out[to] = (data[p]! * w00 + data[q]! * w01 + data[p + down]! * w10 + data[q + down]! * w11 + ROUND) >> (2 * BITS);
      out[to + 1] =
        (data[p + 1]! * w00 + data[q + 1]! * w01 + data[p + 1 + down]! * w10 + data[q + 1 + down]! * w11 + ROUND) >>
        (2 * BITS);
      out[to + 2] =
        (data[p + 2]! * w00 + data[q + 2]! * w01 + data[p + 2 + down]! * w10 + data[q + 2 + down]! * w11 + ROUND) >>
        (2 * BITS);
      to += 3;
      x += a;
      y += b;
    }
  }
}

import type { Pixels } from './pixels.ts';

/** A photo and its repeated halvings: level k has 1/2^k of the photo's size. Whoever needs a smaller photo starts from the nearest one. */
export type Mips = readonly [Pixels, ...Pixels[]];

/** Below this side a further halving serves nobody: P-Net and the crops need at least 12 pixels. */
const SMALLEST_SIDE = 24;

/** All halvings of a photo until a side would fall below 24 pixels. Costs a third of one pass over the photo per level. */
export function makeMips(photo: Pixels): Mips {
  const levels: [Pixels, ...Pixels[]] = [photo];
  let last = photo;
  while (Math.min(last.width, last.height) >= 2 * SMALLEST_SIDE) {
    last = halve(last);
    levels.push(last);
  }
  return levels;
}

/**
 * The level to sample from when one output pixel covers `ratio` photo pixels: the smallest with at least as many
 * pixels as the output, so that a bilinear sample of it covers (nearly) every pixel below.
 */
export function levelFor(mips: Mips, ratio: number): number {
  const wanted = ratio > 1 ? Math.floor(Math.log2(ratio)) : 0;
  return Math.min(wanted, mips.length - 1);
}

/** Means of 2×2 blocks. An odd last row or column is left out. */
function halve({ data, width, height }: Pixels): Pixels {
  const outWidth = width >> 1;
  const outHeight = height >> 1;
  const out = new Uint8Array(outWidth * outHeight * 3);
  let to = 0;
  for (let y = 0; y < outHeight; y++) {
    let a = 2 * y * width * 3;
    let b = a + width * 3;
    for (let x = 0; x < outWidth; x++) {
      out[to] = (data[a]! + data[a + 3]! + data[b]! + data[b + 3]! + 2) >> 2;
      out[to + 1] = (data[a + 1]! + data[a + 4]! + data[b + 1]! + data[b + 4]! + 2) >> 2;
      out[to + 2] = (data[a + 2]! + data[a + 5]! + data[b + 2]! + data[b + 5]! + 2) >> 2;
      to += 3;
      a += 6;
      b += 6;
    }
  }
  return { data: out, width: outWidth, height: outHeight };
}

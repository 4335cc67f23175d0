import type { Similarity } from '../../src/align/similarity.ts';
import type { Pixels } from '../../src/pixels.ts';

// The kernels' computations without tricks: every picture must be the same to the bit.

/** Weights are fixed-point numbers from 0 to 2^7. */
const ONE = 128;

/** Means of 2×2 blocks. An odd last row or column is left out. */
export function halve(picture: Pixels): Pixels {
  const width = picture.width >> 1;
  return draw(width, picture.height >> 1, (x, y, channel) => {
    const sum = [0, 1, 2, 3].reduce((all, i) => all + at(picture, 2 * x + (i & 1), 2 * y + (i >> 1), channel), 0);
    return (sum + 2) >> 2;
  });
}

/** The rectangle [x1, y1, x2, y2] of a picture, resampled to width × height pixels. */
export function resample(
  picture: Pixels,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
  width: number,
  height: number,
): Pixels {
  return draw(width, height, (x, y, channel) => {
    const stepX = (x2 - x1) / width;
    const stepY = (y2 - y1) / height;
    return bilinear(picture, x1 + (x + 0.5) * stepX - 0.5, y1 + (y + 0.5) * stepY - 0.5, channel);
  });
}

/** Draws side × side pixels. `toPicture` maps them to pixels of the picture, whose pixel centres lie `shift` further on. */
export function warp(picture: Pixels, { a, b, tx, ty }: Similarity, shift: number, side: number): Pixels {
  const places = Array.from({ length: side }, (_, v) => {
    let x = -b * v + tx + shift;
    let y = a * v + ty + shift;
    return Array.from({ length: side }, () => {
      const place = [x, y] as const;
      x += a;
      y += b;
      return place;
    });
  });
  return draw(side, side, (u, v, channel) => bilinear(picture, ...places[v]![u]!, channel));
}

function draw(width: number, height: number, colour: (x: number, y: number, channel: number) => number): Pixels {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return colour(pixel % width, Math.floor(pixel / width), i % 3);
  });
  return { data, width, height };
}

function bilinear(picture: Pixels, x: number, y: number, channel: number): number {
  const { place: left, weight: right } = tap(x, picture.width);
  const { place: top, weight: lower } = tap(y, picture.height);
  const row = (y: number) => at(picture, left, y, channel) * (ONE - right) + at(picture, left + 1, y, channel) * right;
  return (row(top) * (ONE - lower) + row(top + 1) * lower + ONE ** 2 / 2) >> 14;
}

/** The pixel at or before a place among pixel centres, and the weight of the next pixel; the border is repeated outside. */
function tap(centre: number, size: number): { place: number; weight: number } {
  const inside = Math.min(Math.max(centre, 0), size - 1);
  const place = Math.floor(inside);
  return { place, weight: Math.round((inside - place) * ONE) };
}

/** A channel of a pixel; the last row and column are repeated. */
function at({ data, width, height }: Pixels, x: number, y: number, channel: number): number {
  return data[(Math.min(y, height - 1) * width + Math.min(x, width - 1)) * 3 + channel]!;
}

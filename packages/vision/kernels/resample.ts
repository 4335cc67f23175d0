// AssemblyScript, for WebAssembly with SIMD: the inner loops of src/mips.ts, src/sample.ts, src/align/warp.ts and src/score/blocks.ts.
// After a change here, run `pnpm --filter @attrai/vision kernels`. It writes src/kernels/kernels.wasm, which is committed.
//
// WebAssembly takes numbers only, so parameter lists are long. Pictures are RGB, 8 bits a channel, rows without padding. The kernels read one row and some bytes past a picture's end (with weight 0),
// and write up to 16 bytes past the end of a result. The callers leave room for both.
//
// Weights are whole numbers from 0 to 2^7. So a weighted byte fits 16 bits with a sign, and `i32x4.dot_i16x8_s` weighs and adds pairs.

const ONE: i32 = 128;
/** Half of ONE². Bytes weighted twice are divided by ONE², a shift by 14 bits; adding this before makes the shift round. */
const ROUND = i32x4.splat(1 << 13);
/** 2^52. Added to a smaller whole number, it leaves that number in the low bits of the float64. */
const TO_BITS = f64x2.splat(4503599627370496);

/** Writes the means of 2×2 blocks. An odd last row or column is left out. */
export function halve(from: usize, width: i32, height: i32, to: usize): void {
  const row = width * 3;
  const outRow = (width >> 1) * 3;
  const outHeight = height >> 1;
  for (let y = 0; y < outHeight; y++) {
    let at = from + 2 * y * row;
    const end = to + outRow;
    // Four pixels at a time. The next row overwrites what is too much.
    for (let out = to; out < end; out += 12) {
      const bytes = i8x16.narrow_i16x8_u(meansOfTwoBlocks(at, row), meansOfTwoBlocks(at + 12, row));
      v128.store(out, i8x16.shuffle(bytes, bytes, 0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 0, 0, 0, 0));
      at += 24;
    }
    to = end;
  }
}

/** Puts the pixels of each 2×2 block side by side: twelve bytes, upper left, upper right, lower left, lower right. Width and height are even. */
export function blocks(from: usize, width: i32, height: i32, to: usize): void {
  const row = width * 3;
  let out = to;
  for (let upper = from, end = from + row * height; upper < end; upper += 2 * row) {
    for (let x = 0; x < row; x += 6) {
      // Eight bytes at a time: the next store overwrites two of them.
      store<u64>(out, load<u64>(upper + x));
      store<u64>(out + 6, load<u64>(upper + row + x));
      out += 12;
    }
  }
}

/** The same for the picture's mirror image. */
export function mirroredBlocks(from: usize, width: i32, height: i32, to: usize): void {
  const row = width * 3;
  let out = to;
  for (let upper = from, end = from + row * height; upper < end; upper += 2 * row) {
    for (let x = row - 6; x >= 0; x -= 6) {
      const block = v128.load64_lane(upper + row + x, v128.load64_zero(upper + x), 1);
      // Four bytes too many: the next store overwrites them.
      v128.store(out, i8x16.shuffle(block, block, 3, 4, 5, 0, 1, 2, 11, 12, 13, 8, 9, 10, 0, 0, 0, 0));
      out += 12;
    }
  }
}

/** The means of two 2×2 blocks side by side: the first six of eight 16-bit numbers. */
function meansOfTwoBlocks(at: usize, row: usize): v128 {
  const sums = i16x8.add(sumsOfPixelPairs(v128.load(at)), sumsOfPixelPairs(v128.load(at + row)));
  return i16x8.shr_u(i16x8.add(sums, i16x8.splat(2)), 2);
}

function sumsOfPixelPairs(pixels: v128): v128 {
  return i16x8.extadd_pairwise_i8x16_u(i8x16.shuffle(pixels, pixels, 0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11, 0, 0, 0, 0));
}

/**
 * Resamples a rectangle of a picture, edges in its pixels, to width × height pixels: bilinear, the border repeated
 * outside. src/sample.ts says how much room `scratch` needs.
 */
export function sample(
  from: usize,
  fromWidth: i32,
  fromHeight: i32,
  x1: f64,
  y1: f64,
  x2: f64,
  y2: f64,
  width: i32,
  height: i32,
  scratch: usize,
  to: usize,
): void {
  const row = fromWidth * 3;
  const columns = (width + 3) & ~3;
  const offsets = scratch;
  const weights = offsets + columns * 4;
  const blended = weights + columns * 4;

  const stepX = (x2 - x1) / <f64>width;
  const first = <i32>Math.floor(centreOf(0, x1, stepX, fromWidth));
  let last = first;
  for (let x = 0; x < columns; x++) {
    const centre = centreOf(min(x, width - 1), x1, stepX, fromWidth);
    last = <i32>Math.floor(centre);
    const right = weightOfNext(centre);
    store<i32>(offsets + x * 4, (last - first) * 6);
    store<i32>(weights + x * 4, pair(ONE - right, right));
  }
  const spanned = (last - first + 2) * 3;

  const stepY = (y2 - y1) / <f64>height;
  for (let y = 0; y < height; y++) {
    const centre = centreOf(y, y1, stepY, fromHeight);
    const top = <i32>Math.floor(centre);
    blendRows(from + top * row + first * 3, row, spanned, weightOfNext(centre), blended);
    const end = to + width * 3;
    let tap = offsets;
    // Four pixels at a time. The next row overwrites what is too much.
    for (let out = to; out < end; out += 12) {
      const front = i16x8.narrow_i32x4_s(blendColumns(tap, columns, blended), blendColumns(tap + 4, columns, blended));
      const back = i16x8.narrow_i32x4_s(
        blendColumns(tap + 8, columns, blended),
        blendColumns(tap + 12, columns, blended),
      );
      const bytes = i8x16.narrow_i16x8_u(front, back);
      v128.store(out, i8x16.shuffle(bytes, bytes, 0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 0, 0, 0, 0));
      tap += 16;
    }
    to = end;
  }
}

/** Where the centre of output pixel i lies among the centres of the `size` source pixels. */
function centreOf(i: i32, from: f64, step: f64, size: i32): f64 {
  return min(max(from + (<f64>i + 0.5) * step - 0.5, 0), <f64>(size - 1));
}

/** The weight of the pixel after the one at or before `centre`; 0 on the last pixel. */
function weightOfNext(centre: f64): i32 {
  const exact = (centre - Math.floor(centre)) * <f64>ONE;
  const whole = Math.floor(exact);
  return <i32>whole + i32(exact - whole >= 0.5);
}

/** Puts two 16-bit numbers into one of 32 bits. */
function pair(first: i32, second: i32): i32 {
  return (second << 16) | first;
}

/** Adds `count` bytes of a row and those of the row below, weighted, as 16-bit numbers. */
function blendRows(at: usize, row: usize, count: i32, lower: i32, out: usize): void {
  const up = i16x8.splat(<i16>(ONE - lower));
  const down = i16x8.splat(<i16>lower);
  const end = at + count;
  for (; at < end; at += 16) {
    const front = i16x8.mul(v128.load8x8_u(at), up);
    const back = i16x8.mul(v128.load8x8_u(at + 8), up);
    v128.store(out, i16x8.add(front, i16x8.mul(v128.load8x8_u(at + row), down)));
    v128.store(out + 16, i16x8.add(back, i16x8.mul(v128.load8x8_u(at + row + 8), down)));
    out += 32;
  }
}

/** Red, green and blue of an output pixel, 32 bits each. */
function blendColumns(tap: usize, columns: i32, blended: usize): v128 {
  const two = v128.load(blended + load<i32>(tap));
  const pairs = i8x16.shuffle(two, two, 0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, 0, 0, 0, 0);
  return rounded(i32x4.dot_i16x8_s(pairs, v128.load32_splat(tap + columns * 4)));
}

function rounded(weightedTwice: v128): v128 {
  return i32x4.shr_s(i32x4.add(weightedTwice, ROUND), 14);
}

/** Draws side × side pixels. Pixel (u, v) lies at (a·u - b·v + tx + shift, b·u + a·v + ty + shift) in the picture: bilinear, the border repeated outside. */
export function warp(
  from: usize,
  width: i32,
  height: i32,
  a: f64,
  b: f64,
  tx: f64,
  ty: f64,
  shift: f64,
  side: i32,
  to: usize,
): void {
  const row = width * 3;
  const step = both(a, b);
  const last = both(<f64>(width - 1), <f64>(height - 1));
  for (let v = 0; v < side; v++) {
    let place = both(-b * <f64>v + tx + shift, a * <f64>v + ty + shift);
    for (const end = to + side * 3; to < end; to += 3) {
      const centre = f64x2.pmin(last, f64x2.pmax(f64x2.splat(0), place));
      const corner = f64x2.floor(centre);
      const exact = f64x2.mul(f64x2.sub(centre, corner), f64x2.splat(ONE));
      const whole = f64x2.floor(exact);
      const up = v128.and(f64x2.ge(f64x2.sub(exact, whole), f64x2.splat(0.5)), f64x2.splat(1));
      const weights = f64x2.add(f64x2.add(whole, up), TO_BITS);
      const pixel = f64x2.add(corner, TO_BITS);

      const right = i32x4.extract_lane(weights, 0);
      const lower = i32x4.extract_lane(weights, 2);
      const across = pair(ONE - right, right);
      const at = from + i32x4.extract_lane(pixel, 2) * row + i32x4.extract_lane(pixel, 0) * 3;
      const colour = rounded(
        i32x4.add(
          i32x4.dot_i16x8_s(pixelPair(at), i32x4.splat(across * (ONE - lower))),
          i32x4.dot_i16x8_s(pixelPair(at + row), i32x4.splat(across * lower)),
        ),
      );
      const words = i16x8.narrow_i32x4_s(colour, colour);
      v128.store_lane<u32>(to, i8x16.narrow_i16x8_u(words, words), 0);
      place = f64x2.add(place, step);
    }
  }
}

function both(x: f64, y: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(x), 1, y);
}

/** Red of a pixel and of the next one, then green, then blue: 16 bits each. */
function pixelPair(at: usize): v128 {
  const bytes = v128.load64_zero(at);
  return i8x16.shuffle(bytes, bytes, 0, 8, 3, 8, 1, 8, 4, 8, 2, 8, 5, 8, 8, 8, 8, 8);
}

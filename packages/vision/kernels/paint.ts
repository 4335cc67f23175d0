// AssemblyScript, as resample.ts: the inner loop of src/draw/paint.ts.
//
// Values that are the same for all pixels are computed before the loops: the compiler does not move them there.

/** The share 1 in the fixed point of `i16x8.q15mulr_sat_s`, which ends just below 1. */
const ALL: f32 = 32767;
/** 2^23. Added to a smaller number that is not negative, it leaves that number, rounded, in the low bits of the float32. This is quicker than converting. */
const TO_BITS = f32x4.splat(8388608);
const LOW_BITS = i32x4.splat(0x7fff);
const FOUR_COLUMNS = f32x4(0, 1, 2, 3);

/**
 * Mixes a colour into the pixels of a rectangle that a stroke covers; src/draw/paint.ts says what a stroke is. The rectangle has the edges
 * `left` to `bottom`, inside the picture; it is empty if left is not below right. The stroke's box has the middle (cx, cy); its sides are
 * straight for flatX and flatY pixels in both directions from there. `colour`: red in the lowest byte, then green, then blue.
 */
export function paint(
  picture: usize,
  width: i32,
  left: i32,
  top: i32,
  right: i32,
  bottom: i32,
  cx: f32,
  cy: f32,
  flatX: f32,
  flatY: f32,
  radius: f32,
  half: f32,
  middle: f32,
  blur: f32,
  reach: f32,
  colour: u32,
  opacity: f32,
): void {
  const zero = f32x4.splat(0);
  const four = f32x4.splat(4);
  const flatXs = f32x4.splat(flatX);
  const ends = f32x4.splat(flatX + radius - reach);
  const line = f32x4.splat(radius + middle);
  const faded = f32x4.splat(half + 0.5 * blur);
  const perPixel = f32x4.splat((opacity * ALL) / blur);
  const most = f32x4.splat(opacity * ALL);
  const rgb = i32x4.splat(colour);
  const colours = i8x16.shuffle(rgb, rgb, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 0, 0, 0);
  const frontColours = in64ths(i16x8.extend_low_i8x16_u(colours));
  const backColours = in64ths(i16x8.extend_high_i8x16_u(colours));
  const first = f32x4.add(f32x4.splat(<f32>left + 0.5 - cx), FOUR_COLUMNS);
  const rightEdge = f32x4.splat(<f32>right - cx);

  for (let y = top; y < bottom; y++) {
    const fromCentreY = abs(<f32>y + 0.5 - cy);
    const dy = f32x4.splat(fromCentreY - flatY);
    const below = f32x4.pmax(zero, dy);
    const belowSquared = f32x4.mul(below, below);
    const pastY = f32x4.splat(flatY + radius - reach - fromCentreY);
    let at = picture + (y * width + left) * 3;
    let columns = first;
    // Four pixels at a time. Those beyond the row's end get nothing.
    for (let x = left; x < right; x += 4) {
      const fromCentreX = f32x4.abs(columns);
      const dx = f32x4.sub(fromCentreX, flatXs);
      // Signed distance to the rounded rectangle's edge, negative inside; then to the line.
      const beside = f32x4.pmax(zero, dx);
      const outside = f32x4.sqrt(f32x4.add(f32x4.mul(beside, beside), belowSquared));
      const across = f32x4.sub(f32x4.add(outside, f32x4.pmin(zero, f32x4.pmax(dx, dy))), line);
      const past = f32x4.pmax(zero, f32x4.pmax(f32x4.sub(ends, fromCentreX), pastY));
      const distance = f32x4.sqrt(f32x4.add(f32x4.mul(across, across), f32x4.mul(past, past)));
      const covered = f32x4.pmin(most, f32x4.pmax(zero, f32x4.mul(f32x4.sub(faded, distance), perPixel)));
      const inside = v128.and(f32x4.lt(columns, rightEdge), LOW_BITS);
      const shares = v128.and(f32x4.add(covered, TO_BITS), inside);
      if (v128.any_true(shares)) mix(at, shares, frontColours, backColours);
      columns = f32x4.add(columns, four);
      at += 12;
    }
  }
}

/** Mixes colours (64ths, 16 bits a channel) into four pixels. `shares`: how much of them, 32 bits a pixel. */
function mix(at: usize, shares: v128, frontColours: v128, backColours: v128): void {
  // Exactly twelve bytes: a load that overlaps a recent store is slow.
  const pixels = v128.load32_lane(at + 8, v128.load64_zero(at), 2);
  const frontShares = i8x16.shuffle(shares, shares, 0, 1, 0, 1, 0, 1, 4, 5, 4, 5, 4, 5, 8, 9, 8, 9);
  const backShares = i8x16.shuffle(shares, shares, 8, 9, 12, 13, 12, 13, 12, 13, 0, 0, 0, 0, 0, 0, 0, 0);
  const front = mixChannels(i16x8.extend_low_i8x16_u(pixels), frontColours, frontShares);
  const back = mixChannels(i16x8.extend_high_i8x16_u(pixels), backColours, backShares);
  const mixed = i8x16.narrow_i16x8_u(front, back);
  v128.store_lane<u64>(at, mixed, 0);
  v128.store_lane<u32>(at + 8, mixed, 2);
}

/** Rounded down, as src/draw/text.ts does. */
function mixChannels(pixels: v128, over: v128, shares: v128): v128 {
  const under = in64ths(pixels);
  const mixed = i16x8.add(under, i16x8.q15mulr_sat_s(i16x8.sub(over, under), shares));
  return i16x8.shr_u(mixed, 6);
}

function in64ths(bytes: v128): v128 {
  return i16x8.shl(bytes, 6);
}

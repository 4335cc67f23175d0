import { type Kernels, loadKernels } from './kernels/kernels.ts';
import type { Pixels } from './pixels.ts';

/** A photo and its repeated halvings in the memory of kernels. Resampling to a smaller size starts from the nearest halving. */
export interface Mips extends Held {
  photo: Level;
}

/** The contents of the memory of kernels. */
export interface Held {
  /** The photo and its halvings: level k has 1/2^k of the photo's size. */
  levels: readonly Level[];
  kernels: Kernels;
  /** Memory from this address on is free. */
  end: number;
}

/** A photo or one of its halvings. */
export interface Level {
  /** Address of its pixels: RGB, 8 bits a channel, rows top to bottom without padding. */
  at: number;
  width: number;
  height: number;
}

/** A further halving below this side is not needed: P-Net and the crops take at least 12 pixels. */
const SMALLEST_SIDE = 24;
/** How far the kernels read past a picture's last row but one, or write past what they write. */
const OVERRUN = 64;

/**
 * All halvings of a photo until a side would fall below 24 pixels, for a third of one pass over the photo in all.
 * `kernels` hold one photo at a time: the next one overwrites these mips. By default the mips get kernels of their own.
 */
export function makeMips(photo: Pixels, kernels = loadKernels()): Mips {
  const levels = layOut(photo);
  const end = endOf(levels.at(-1)!);
  kernels.owner = levels;
  kernels.memory(end).set(photo.data);
  for (const [i, { at }] of levels.slice(1).entries()) {
    const larger = levels[i]!;
    kernels.halve(larger.at, larger.width, larger.height, at);
  }
  return { photo: levels[0]!, levels, kernels, end };
}

/** The photo in the memory of the kernels, to be drawn into. Valid until the memory grows. */
export function photoOf({ photo, kernels }: Mips): Pixels {
  const { at, width, height } = photo;
  return { data: kernels.memory(0).subarray(at, at + width * height * 3), width, height };
}

/**
 * The level to sample from when one output pixel covers `ratio` photo pixels: the smallest with at least as many
 * pixels as the output, so that a bilinear sample of it covers (nearly) every pixel below.
 */
export function levelFor({ levels }: Held, ratio: number): number {
  const wanted = ratio > 1 ? Math.floor(Math.log2(ratio)) : 0;
  return Math.min(wanted, levels.length - 1);
}

/** Has `kernel` write `bytes` bytes into the memory, with `scratch` bytes for its own use, and copies them to the beginning of `out`. */
export function draw(
  { levels, kernels, end }: Held,
  { bytes, scratch }: { bytes: number; scratch: number },
  out: Uint8Array,
  kernel: (kernels: Kernels, to: number, scratch: number) => void,
): void {
  if (kernels.owner !== levels) throw new Error('the kernels hold another photo by now: each of the two needs its own');
  const scratchAt = aligned(end + bytes + OVERRUN);
  const memory = kernels.memory(scratchAt + scratch);
  kernel(kernels, end, scratchAt);
  out.set(memory.subarray(end, end + bytes));
}

/**
 * The same pixels with those of each block of 2×2 side by side: from [H,W,3] to [H/2,W/2,12], RGB, upper left, upper right, lower left,
 * lower right. Pictures of even height may follow one another. They lie in the kernels' memory, until the kernels are used again.
 */
export function inBlocks({ kernels, end }: Held, rows: Uint8Array, width: number): Uint8Array {
  const bytes = rows.length;
  const to = aligned(end + bytes + OVERRUN);
  const memory = kernels.memory(to + bytes + OVERRUN);
  memory.set(rows, end);
  kernels.blocks(end, width, bytes / (width * 3), to);
  return memory.subarray(to, to + bytes);
}

/** Where the levels lie: one after another from address 0. */
function layOut({ width, height }: Pixels): Level[] {
  let last = { at: 0, width, height };
  const levels = [last];
  while (Math.min(last.width, last.height) >= 2 * SMALLEST_SIDE) {
    last = { at: endOf(last), width: last.width >> 1, height: last.height >> 1 };
    levels.push(last);
  }
  return levels;
}

/** With room for the kernels' reading of one row too many. */
function endOf({ at, width, height }: Level): number {
  return aligned(at + width * (height + 1) * 3 + OVERRUN);
}

function aligned(address: number): number {
  return Math.ceil(address / 16) * 16;
}

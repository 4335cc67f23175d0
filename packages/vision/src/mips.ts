import { Kernels } from './kernels/kernels.ts';
import type { Pixels } from './pixels.ts';

/** A photo and its repeated halvings, in the memory of kernels. To reduce the photo, sample the halving that is just large enough. */
export interface Mips extends Held {
  photo: Level;
}

/** What the memory of kernels holds. */
export interface Held {
  /** The photo and its halvings: level k has 1/2^k of the photo's size. */
  levels: readonly Level[];
  kernels: Kernels;
  /** The memory is free from this address on. */
  end: number;
}

/** A photo or one of its halvings. */
export interface Level {
  /** Address of its pixels: RGB, 8 bits a channel, rows top to bottom without padding. */
  at: number;
  width: number;
  height: number;
}

/** No net needs a halving with a shorter side: P-Net and the crops take at least 12 pixels. */
const SMALLEST_SIDE = 24;
/** The kernels read this far past a picture's last row but one, and write this far past their result. */
const OVERRUN = 64;

/**
 * Halves a photo until a side would fall below 24 pixels. All halvings together cost a third of one pass over the photo.
 * Kernels hold one photo at a time: the next one overwrites these mips. Left out, the mips get kernels of their own.
 */
export function makeMips(photo: Pixels, kernels = new Kernels()): Mips {
  const levels = layOut(photo);
  const end = endOf(levels.at(-1)!);
  kernels.owner = levels;
  kernels.memory(end).set(photo.data);
  for (const [i, { at }] of levels.slice(1).entries()) {
    const larger = levels[i]!;
    kernels.wasm.halve(larger.at, larger.width, larger.height, at);
  }
  return { photo: levels[0]!, levels, kernels, end };
}

/** The photo in the memory of the kernels, to draw into. Valid until the memory grows. */
export function photoOf({ photo, kernels }: Mips): Pixels {
  const { at, width, height } = photo;
  return { data: kernels.memory(0).subarray(at, at + width * height * 3), width, height };
}

/** The level to sample from when one output pixel covers `ratio` photo pixels: the smallest that is at least as fine as the output. */
export function levelFor({ levels }: Held, ratio: number): number {
  const wanted = ratio > 1 ? Math.floor(Math.log2(ratio)) : 0;
  return Math.min(wanted, levels.length - 1);
}

/** Runs a kernel that writes `bytes` bytes, with `scratch` bytes for its own use, and copies the result to the beginning of `out`. */
export function draw(
  { levels, kernels, end }: Held,
  { bytes, scratch }: { bytes: number; scratch: number },
  out: Uint8Array,
  kernel: (wasm: Kernels['wasm'], to: number, scratch: number) => void,
): void {
  if (kernels.owner !== levels)
    throw new Error('the kernels now hold another photo: give each photo kernels of its own');
  const scratchAt = aligned(end + bytes + OVERRUN);
  const memory = kernels.memory(scratchAt + scratch);
  kernel(kernels.wasm, end, scratchAt);
  out.set(memory.subarray(end, end + bytes));
}

/**
 * Puts the pixels of each 2×2 block side by side: from [H,W,3] to [H/2,W/2,12], RGB, upper left, upper right, lower left, lower right.
 * Pictures of even height may follow one another. The result lies in the kernels' memory, and is valid until they are used again.
 */
export function inBlocks({ kernels, end }: Held, rows: Uint8Array, width: number): Uint8Array {
  const bytes = rows.length;
  const to = aligned(end + bytes + OVERRUN);
  const memory = kernels.memory(to + bytes + OVERRUN);
  memory.set(rows, end);
  kernels.wasm.blocks(end, width, bytes / (width * 3), to);
  return memory.subarray(to, to + bytes);
}

/** Places the levels one after another, from address 0. */
function layOut({ width, height }: Pixels): Level[] {
  let last = { at: 0, width, height };
  const levels = [last];
  while (Math.min(last.width, last.height) >= 2 * SMALLEST_SIDE) {
    last = { at: endOf(last), width: last.width >> 1, height: last.height >> 1 };
    levels.push(last);
  }
  return levels;
}

/** Leaves room for the one row too many that the kernels read. */
function endOf({ at, width, height }: Level): number {
  return aligned(at + width * (height + 1) * 3 + OVERRUN);
}

function aligned(address: number): number {
  return Math.ceil(address / 16) * 16;
}

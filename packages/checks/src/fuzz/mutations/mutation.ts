import type { Random } from '../../harness/random.ts';

/** Returns a changed copy of a file, or the file itself if it can't be changed. */
export type Mutation = (bytes: Buffer, random: Random, others: readonly Buffer[]) => Buffer;

/** Numbers that often break sizes and counts. */
export const EDGES = [0, 1, 2, 7, 8, 9, 127, 128, 255, 256, 1_000, 16_383, 16_384, 32_767, 32_768, 65_535] as const;

/** `bytes` with the range replaced. */
export function replaced(bytes: Buffer, from: number, to: number, by: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(to)]);
}

/** A range of at most `most` bytes. */
export function someRange(bytes: Buffer, random: Random, most: number): [from: number, to: number] {
  const from = random.whole(bytes.length + 1);
  return [from, Math.min(bytes.length, from + 1 + random.whole(most))];
}

/** Changes a few bytes of a range, in place. Returns the same buffer. */
export function disturb(bytes: Buffer, random: Random, from = 0, to = bytes.length): Buffer {
  if (to <= from) return bytes;
  for (let left = 1 + random.whole(8); left > 0; left--) {
    const at = from + random.whole(to - from);
    bytes[at] = random.oneIn(2) ? bytes[at]! ^ (1 << random.whole(8)) : random.pick([0, 1, 0x7f, 0x80, 0xfe, 0xff]);
  }
  return bytes;
}

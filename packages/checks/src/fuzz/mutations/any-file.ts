import { disturb, type Mutation, replaced, someRange } from './mutation.ts';

const LONG = 2_000;

/** Damage without regard to the format, as by a broken disk or a lost connection. */
export const ANY_FILE: Record<string, Mutation> = {
  'a few bytes': (bytes, random) => disturb(Buffer.from(bytes), random),
  'a few bytes near the start': (bytes, random) => disturb(Buffer.from(bytes), random, 0, Math.min(bytes.length, 64)),
  'cut short': (bytes, random) => bytes.subarray(0, random.whole(bytes.length + 1)),
  'a run of one byte': (bytes, random) => {
    const [from, to] = someRange(bytes, random, LONG);
    return replaced(bytes, from, to, Buffer.alloc(to - from, random.pick([0, 0xff, 0x55])));
  },
  'a part left out': (bytes, random) => {
    const [from, to] = someRange(bytes, random, LONG);
    return replaced(bytes, from, to, Buffer.alloc(0));
  },
  'a part twice': (bytes, random) => {
    const [from, to] = someRange(bytes, random, LONG);
    return replaced(bytes, from, from, bytes.subarray(from, to));
  },
  'spliced with another photo': (bytes, random, others) => {
    const other = random.pick(others);
    return Buffer.concat([
      bytes.subarray(0, random.whole(bytes.length + 1)),
      other.subarray(random.whole(other.length + 1)),
    ]);
  },
  'a part of another photo in the middle': (bytes, random, others) => {
    const other = random.pick(others);
    const [from, to] = someRange(other, random, LONG);
    const at = random.whole(bytes.length + 1);
    return replaced(bytes, at, at, other.subarray(from, to));
  },
};

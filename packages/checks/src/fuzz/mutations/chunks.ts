import type { Random } from '../../harness/random.ts';
import type { Mutation } from './mutation.ts';

/** A part of a PNG or WebP file. */
export interface Chunk {
  type: string;
  data: Buffer;
}

/** Takes a file apart, and puts it together again of other chunks; gives it back as it is where it has none. */
export type WithChunks = (file: Buffer, change: (chunks: Chunk[]) => Chunk[]) => Buffer;

const MOST_COPIES = 50;

/** Makes mutations of the data of one of the chunks that `fits`; `change` may change it in place, and gives it back. */
export function mutationsOfData(withChunks: WithChunks) {
  return (fits: (type: string) => boolean, change: (data: Buffer, random: Random) => Buffer): Mutation =>
    (bytes, random) =>
      withChunks(bytes, (chunks) => {
        const chosen = random.pick(chunks.map((chunk, i) => ({ ...chunk, i })).filter(({ type }) => fits(type)));
        if (!chosen) return chunks;
        return chunks.with(chosen.i, { type: chosen.type, data: change(Buffer.from(chosen.data), random) });
      });
}

/** One chunk left out, one many times, two swapped. */
export function rearrangements(withChunks: WithChunks): Record<string, Mutation> {
  return {
    'a chunk less': (bytes, random) => withChunks(bytes, (chunks) => chunks.toSpliced(random.whole(chunks.length), 1)),
    'a chunk many times': (bytes, random) =>
      withChunks(bytes, (chunks) => {
        const at = random.whole(chunks.length);
        return chunks.toSpliced(at, 0, ...Array<Chunk>(1 + random.whole(MOST_COPIES)).fill(chunks[at]!));
      }),
    'chunks in another order': (bytes, random) =>
      withChunks(bytes, (chunks) => {
        const [one, other] = [random.whole(chunks.length), random.whole(chunks.length)];
        return chunks.with(one, chunks[other]!).with(other, chunks[one]!);
      }),
  };
}

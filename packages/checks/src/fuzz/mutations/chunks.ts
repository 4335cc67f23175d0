import type { Random } from '../../harness/random.ts';
import type { Mutation } from './mutation.ts';

/** A part of a PNG or WebP file. */
export interface Chunk {
  type: string;
  data: Buffer;
}

/** Changes the chunks of a file. Returns the file unchanged if it has none. */
type WithChunks = (file: Buffer, change: (chunks: Chunk[]) => Chunk[]) => Buffer;

const MOST_COPIES = 50;

/** Makes mutations that change the data of one chunk whose type `fits`. `change` may work in place. */
export function mutationsOfData(withChunks: WithChunks) {
  return (fits: RegExp, change: (data: Buffer, random: Random) => Buffer): Mutation =>
    (bytes, random) =>
      withChunks(bytes, (chunks) => {
        const chosen = random.pick(chunks.map((chunk, i) => ({ ...chunk, i })).filter(({ type }) => fits.test(type)));
        if (!chosen) return chunks;
        return chunks.with(chosen.i, { type: chosen.type, data: change(Buffer.from(chosen.data), random) });
      });
}

/** Mutations of the order and the number of chunks. */
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

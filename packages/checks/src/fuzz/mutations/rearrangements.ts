import type { Mutation } from './mutation.ts';

const MOST_COPIES = 50;

/** Mutations of files that are a list of chunks: one left out, one many times, two swapped. */
export function rearrangements<Chunk>(
  withChunks: (file: Buffer, change: (chunks: Chunk[]) => Chunk[]) => Buffer,
): Record<string, Mutation> {
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

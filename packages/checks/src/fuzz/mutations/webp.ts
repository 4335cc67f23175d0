import { type Chunk, mutationsOfData, rearrangements } from './chunks.ts';
import { disturb, EDGES, type Mutation } from './mutation.ts';

const HEADER_BYTES = 12;

function chunksOf(webp: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  let at = HEADER_BYTES;
  while (at + 8 <= webp.length) {
    const length = webp.readUInt32LE(at + 4);
    chunks.push({ type: webp.toString('latin1', at, at + 4), data: webp.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length % 2);
  }
  return chunks;
}

function encode({ type, data }: Chunk, length = data.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(type, 'latin1');
  head.writeUInt32LE(length >>> 0, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

function file(chunks: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from('WEBP'), ...chunks]);
  const head = Buffer.from('RIFF\0\0\0\0', 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

function withChunks(webp: Buffer, change: (chunks: Chunk[]) => Chunk[]): Buffer {
  const chunks = chunksOf(webp);
  return chunks.length === 0 ? webp : file(change(chunks).map((chunk) => encode(chunk)));
}

const ofData = mutationsOfData(withChunks);

const PIXELS = /^(VP8 |VP8L|ALPH|ANMF)$/;
const OTHERS = /^(?!VP8 |VP8L|ALPH|ANMF)/;

/** Damage to the structure of a WebP; RFC 9649. */
export const WEBP: Record<string, Mutation> = {
  'another canvas or other flags (VP8X)': ofData(/^VP8X$/, (data, random) => {
    if (data.length < 10) return data;
    if (random.oneIn(2)) data[0] = random.whole(256);
    else data.writeUIntLE(random.pick([...EDGES, 2 ** 24 - 1]), random.pick([4, 7]), 3);
    return data;
  }),
  'another size of a frame': ofData(/^VP8[ L]$/, (data, random) => {
    // 14 bits each: at byte 6 and 8 of VP8, from byte 1 of VP8L.
    const at = random.pick([1, 3, 6, 8]);
    if (data.length > at + 2) data.writeUInt16LE(random.pick(EDGES), at);
    return data;
  }),
  'another start of the pixels': ofData(PIXELS, (data, random) => disturb(data, random, 0, Math.min(40, data.length))),
  'other pixels': ofData(PIXELS, disturb),
  'other metadata (EXIF, profile, animation)': ofData(OTHERS, disturb),
  ...rearrangements(withChunks),
  'a chunk of another name': (bytes, random) =>
    withChunks(bytes, (chunks) => {
      const at = random.whole(chunks.length);
      const type = random.pick(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP', 'EXIF']);
      return chunks.with(at, { ...chunks[at]!, type });
    }),
  'a chunk with a wrong length': (bytes, random) => {
    const chunks = chunksOf(bytes);
    const wrong = random.whole(Math.max(1, chunks.length));
    const length = random.pick([...EDGES, 2 ** 24, 2 ** 31, 2 ** 32 - 1]);
    return file(chunks.map((chunk, i) => encode(chunk, i === wrong ? length : chunk.data.length)));
  },
  'another length of the file': (bytes, random) => {
    const copy = Buffer.from(bytes);
    if (copy.length >= 8) copy.writeUInt32LE(random.pick([...EDGES, 2 ** 31, 2 ** 32 - 1]), 4);
    return copy;
  },
};

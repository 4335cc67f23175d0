import { crc32, deflateSync, inflateSync } from 'node:zlib';
import { type Chunk, mutationsOfData, rearrangements } from './chunks.ts';
import { disturb, EDGES, type Mutation } from './mutation.ts';

const SIGNATURE_BYTES = 8;
const HUGE = [2 ** 20, 2 ** 24, 2 ** 31 - 1, 2 ** 32 - 1];

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  let at = SIGNATURE_BYTES;
  while (at + 12 <= png.length) {
    const length = png.readUInt32BE(at);
    if (at + 12 + length > png.length) break;
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

/** Adds a correct checksum, because a decoder stops at a wrong one. */
function encode({ type, data }: Chunk, length = data.length): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function withChunks(png: Buffer, change: (chunks: Chunk[]) => Chunk[]): Buffer {
  const chunks = chunksOf(png);
  if (chunks.length === 0) return png;
  return Buffer.concat([png.subarray(0, SIGNATURE_BYTES), ...change(chunks).map((chunk) => encode(chunk))]);
}

const ofData = mutationsOfData(withChunks);

/** Damage to the structure of a PNG. */
export const PNG: Record<string, Mutation> = {
  'another size': ofData(/^IHDR$/, (data, random) => {
    if (data.length >= 8) data.writeUInt32BE(random.pick([...EDGES, ...HUGE]), random.pick([0, 4]));
    return data;
  }),
  'another depth, kind of colour or interlacing': ofData(/^IHDR$/, (data, random) => {
    const choices = [
      [1, 2, 4, 8, 16, 3, 255],
      [0, 2, 3, 4, 6, 1, 255],
      [0, 1],
      [0, 1],
      [0, 1, 2],
    ];
    const which = random.whole(choices.length);
    data[8 + which] = random.pick(choices[which]!);
    return data;
  }),
  'other metadata, palette or profile': ofData(/^(?!IHDR|IDAT|IEND)/, disturb),
  'other compressed bytes': ofData(/^IDAT$/, disturb),
  'other filters and pixels': ofData(/^IDAT$/, (data, random) => {
    try {
      return deflateSync(disturb(inflateSync(data), random));
    } catch {
      return data;
    }
  }),
  'fewer or more rows': ofData(/^IDAT$/, (_, random) =>
    deflateSync(Buffer.alloc(random.pick([0, 1, 1_000, 1_000_000]), random.whole(256))),
  ),
  ...rearrangements(withChunks),
  'another kind of chunk': (bytes, random) =>
    withChunks(bytes, (chunks) => {
      const type = random.pick(['tRNS', 'PLTE', 'gAMA', 'cHRM', 'sBIT', 'iCCP', 'eXIf', 'zTXt', 'acTL', 'fcTL']);
      return chunks.toSpliced(1, 0, { type, data: Buffer.alloc(random.pick([0, 1, 3, 33, 768, 5_000]), 0x78) });
    }),
  'a chunk with a wrong length': (bytes, random) => {
    const chunks = chunksOf(bytes);
    const wrong = random.whole(Math.max(1, chunks.length));
    const length = random.pick([...EDGES, ...HUGE]);
    const encoded = chunks.map((chunk, i) => encode(chunk, i === wrong ? length : chunk.data.length));
    return Buffer.concat([bytes.subarray(0, SIGNATURE_BYTES), ...encoded]);
  },
};

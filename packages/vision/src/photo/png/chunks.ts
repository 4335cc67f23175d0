import { crc32 } from 'node:zlib';

export interface Chunk {
  type: string;
  data: Uint8Array;
  /** Where its length field begins. */
  start: number;
  /** As stored, over type and data; undefined if the file ends before it. */
  checkSum: number | undefined;
}

const SIGNATURE_BYTES = 8;

/** The chunks of a PNG (PNG specification, 5.3); the last may be cut short. */
export function* chunksOf(png: Uint8Array): Generator<Chunk> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let start = SIGNATURE_BYTES; start + 8 <= png.length; ) {
    const end = start + 8 + view.getUint32(start);
    const type = String.fromCharCode(...png.subarray(start + 4, start + 8));
    const checkSum = end + 4 <= png.length ? view.getUint32(end) : undefined;
    yield { type, data: png.subarray(start + 8, end), start, checkSum };
    start = end + 4;
  }
}

export function isIntact(png: Uint8Array, { start, data, checkSum }: Chunk): boolean {
  return checkSum === crc32(png.subarray(start + 4, start + 8 + data.length));
}

export function encodeChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length);
  chunk.write(type, 4, 'latin1');
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length);
  return chunk;
}

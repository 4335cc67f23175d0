import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createDeflate, createInflate, constants as zlib } from 'node:zlib';
import { chunksOf, encodeChunk, isIntact } from './chunks.ts';
import { type Layout, layoutOf } from './layout.ts';

/** Bytes given to zlib at once. The output of a damaged piece is lost. */
const PIECE = 4096;

/**
 * The share of a PNG's picture that is missing, 0 to 1. Its compressed pixels can be read up to the first chunk with a wrong check sum, or
 * up to the first byte that zlib refuses, and not beyond. So all rows from there on are missing. In an interlaced PNG it is rows of the last
 * pass, which has every other row; everything counts as missing if that pass has not begun.
 */
export async function missingOfPng(png: Uint8Array): Promise<number> {
  const layout = findLayout(png);
  if (layout === undefined) return 1;
  let lacking = layout.total;
  for await (const part of readPixels(png, layout)) lacking -= part.length;
  return Math.min(1, lacking / layout.lastPass);
}

/** Makes a whole PNG of a damaged one: what is missing becomes black, or transparent. libpng would show old contents of the memory there. */
export async function mendPng(png: Uint8Array): Promise<Buffer> {
  const layout = findLayout(png)!;
  const pixels = await buffer(Readable.from(fillUp(png, layout)).pipe(createDeflate({ level: zlib.Z_BEST_SPEED })));
  const front = [...chunksOf(png)].find(({ type }) => type === 'IDAT')!.start;
  return Buffer.concat([png.subarray(0, front), encodeChunk('IDAT', pixels), encodeChunk('IEND', Buffer.alloc(0))]);
}

function findLayout(png: Uint8Array): Layout | undefined {
  const [header] = chunksOf(png);
  return header?.type === 'IHDR' ? layoutOf(header.data) : undefined;
}

async function* fillUp(png: Uint8Array, layout: Layout): AsyncGenerator<Uint8Array> {
  let lacking = layout.total;
  for await (const part of readPixels(png, layout)) {
    lacking -= part.length;
    yield part;
  }
  // A row of zeros means: no filter, all samples 0.
  for (; lacking > 0; lacking -= PIECE) yield new Uint8Array(Math.min(lacking, PIECE));
}

async function* readPixels(png: Uint8Array, { total }: Layout): AsyncGenerator<Uint8Array> {
  const inflate = Readable.from(piecesOf(png)).pipe(createInflate({ finishFlush: zlib.Z_SYNC_FLUSH }));
  let left = total;
  try {
    for await (const part of inflate as AsyncIterable<Buffer>) {
      yield part;
      left -= part.length;
      if (left <= 0) return;
    }
  } catch {
    // zlib refuses damaged data: the rest is missing.
  }
}

/** The compressed pixels up to the first damaged chunk. The end of the file may cut the last chunk. */
function* piecesOf(png: Uint8Array): Generator<Uint8Array> {
  for (const chunk of chunksOf(png)) {
    if (chunk.type !== 'IDAT') continue;
    if (chunk.checkSum !== undefined && !isIntact(png, chunk)) return;
    for (let at = 0; at < chunk.data.length; at += PIECE) yield chunk.data.subarray(at, at + PIECE);
  }
}

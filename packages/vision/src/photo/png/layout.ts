/** How a PNG's pixels lie in its compressed stream (PNG specification, 11.2.2). */
export interface Layout {
  /** Uncompressed bytes of the stream, and of its last pass. Without interlacing there is one pass. */
  total: number;
  lastPass: number;
}

/** Samples a pixel, by colour type. */
const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** First column and row of each pass of Adam7, and the steps to the next (PNG specification, 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** @param header the data of the IHDR chunk */
export function layoutOf(header: Uint8Array): Layout | undefined {
  if (header.length < 13) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const bits = (SAMPLES[header[9]!] ?? 0) * header[8]!;
  const passes = header[12] === 1 ? ADAM7 : [[0, 0, 1, 1] as const];
  const sizes = passes.map(([x, y, stepX, stepY]) => {
    const columns = Math.ceil((width - x) / stepX);
    const rows = Math.ceil((height - y) / stepY);
    // Each row begins with a byte that names its filter.
    return columns > 0 && rows > 0 ? rows * (1 + Math.ceil((columns * bits) / 8)) : 0;
  });
  const lastPass = sizes.findLast((size) => size > 0);
  return bits > 0 && lastPass ? { total: sizes.reduce((sum, size) => sum + size), lastPass } : undefined;
}

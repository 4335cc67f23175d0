/** ITU T.81, table B.1. */
export const MARKER = {
  huffmanTables: 0xc4,
  firstRestart: 0xd0,
  lastRestart: 0xd7,
  end: 0xd9,
  scan: 0xda,
  quantizationTables: 0xdb,
  restartInterval: 0xdd,
} as const;

export interface Segment {
  /** The marker's second byte. */
  marker: number;
  /** The bytes after the length. */
  body: Uint8Array;
  /** Where the segment ends. A scan's entropy-coded data begin there. */
  end: number;
}

/**
 * The whole segments of a JPEG, up to the end marker and including it. Entropy-coded data and restart markers are skipped (ITU T.81,
 * B.1.1).
 */
export function* segmentsOf(jpeg: Uint8Array): Generator<Segment> {
  let at = findMarker(jpeg, 2);
  while (at + 2 <= jpeg.length) {
    const marker = jpeg[at + 1]!;
    let end = at + 2;
    if (marker === MARKER.end) return yield { marker, body: jpeg.subarray(end, end), end };
    if (!standsAlone(marker)) {
      end += readWord(jpeg, end);
      if (!(end <= jpeg.length)) return;
      yield { marker, body: jpeg.subarray(at + 4, end), end };
    }
    at = findMarker(jpeg, end);
  }
}

/** Where the next marker begins (its last 0xff); the file's length if there is none. */
export function findMarker(jpeg: Uint8Array, from: number): number {
  for (let at = jpeg.indexOf(0xff, from); at !== -1 && at + 1 < jpeg.length; at = jpeg.indexOf(0xff, at + 1)) {
    // 0xff before a 0 is a byte of the data; before another 0xff it is a fill byte.
    if (jpeg[at + 1] !== 0 && jpeg[at + 1] !== 0xff) return at;
  }
  return jpeg.length;
}

export function isRestart(marker: number | undefined): marker is number {
  return marker !== undefined && marker >= MARKER.firstRestart && marker <= MARKER.lastRestart;
}

/** A big-endian number of two bytes; NaN beyond the end. */
export function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 256 + bytes[at + 1]!;
}

/** Whether the marker has no length: restarts, the start of the image and TEM. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= MARKER.firstRestart && marker < MARKER.end);
}

import { MAX_BYTES } from '../limits.ts';

/** Before the first chunk: RIFF, the length of the rest, WEBP; RFC 9649, 2.4. */
const HEADER_BYTES = 12;
/** Of a chunk's name and length, and of RIFF's. */
const NAME_BYTES = 8;
/** Zeros beyond the picture's own length: they may take more bits to tell than what they stand for. */
const MORE = 2 ** 16;

/** Whether the end of the file is missing. */
export function isCut(webp: Uint8Array): boolean {
  const length = NAME_BYTES + viewOf(webp).getUint32(4, true);
  return webp.length < length && length <= MAX_BYTES;
}

/**
 * A cut WebP in its full length, with zeros from `upTo` on: libwebp refuses what is shorter, and what has too few bits for its picture, and
 * reads zeros as some picture or other.
 */
export function fillUp(webp: Uint8Array, upTo = webp.length): Uint8Array {
  const length = NAME_BYTES + viewOf(webp).getUint32(4, true);
  const filled = new Uint8Array(length + MORE);
  filled.set(webp.subarray(0, upTo));
  const view = viewOf(filled);
  const picture = findCutPicture(webp);
  if (picture === undefined) return filled.subarray(0, length);
  for (const at of [4, picture + 4]) view.setUint32(at, view.getUint32(at, true) + MORE, true);
  return filled;
}

/** Where the chunk begins that the cut is in, if it is a picture's. */
function findCutPicture(webp: Uint8Array): number | undefined {
  const view = viewOf(webp);
  for (let at = HEADER_BYTES; at + NAME_BYTES <= webp.length; ) {
    const length = view.getUint32(at + 4, true);
    const end = at + NAME_BYTES + length;
    const name = String.fromCharCode(...webp.subarray(at, at + 4));
    if (end > webp.length) return name === 'VP8 ' || name === 'VP8L' ? at : undefined;
    at = end + (length % 2);
  }
  return undefined;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

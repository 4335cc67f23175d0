import { MAX_BYTES } from '../limits.ts';

/** RIFF, the length of the rest, WEBP; then comes the first chunk (RFC 9649, 2.4). */
const HEADER_BYTES = 12;
/** A chunk's name and length, and also RIFF's. */
const NAME_BYTES = 8;
/** Zeros are also added beyond the picture's own length: as codes, they may need more bits than the missing data. */
const MORE = 2 ** 16;

/** Whether the end of the file is missing. */
export function isCut(webp: Uint8Array): boolean {
  const length = NAME_BYTES + viewOf(webp).getUint32(4, true);
  return webp.length < length && length <= MAX_BYTES;
}

/**
 * Brings a cut WebP to its full length, with zeros from `upTo` on. libwebp refuses a file that is shorter, or that has too few bits for its
 * picture. Zeros it decodes to some picture or other.
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

/** Where the chunk begins that is cut, if it holds a picture. */
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

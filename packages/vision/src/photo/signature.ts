/** The kind of a photo by its first bytes, never by its name; undefined for any other file. */
export function photoKind(bytes: Uint8Array): 'jpeg' | 'png' | 'webp' | undefined {
  if (startsWith(bytes, 0, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (startsWith(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  if (startsWith(bytes, 0, ascii('RIFF')) && startsWith(bytes, 8, ascii('WEBP'))) return 'webp';
  return undefined;
}

function startsWith(bytes: Uint8Array, at: number, wanted: ArrayLike<number>): boolean {
  return bytes.length >= at + wanted.length && Array.from(wanted).every((byte, i) => bytes[at + i] === byte);
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** An upright picture in memory: RGB, 8 bits a channel, rows top to bottom without padding. */
export interface Pixels {
  /** width * height * 3 bytes. */
  data: Uint8Array;
  width: number;
  height: number;
}

/**
 * Frees a picture's memory now. The picture must not be used any more. Left to the garbage collector, these megabytes outside the
 * heap would cause a full collection for every third photo.
 */
export function giveBack({ data }: Pick<Pixels, 'data'>): void {
  const { buffer, byteLength } = data;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

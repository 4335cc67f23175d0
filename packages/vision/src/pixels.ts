/** An upright picture in memory: RGB, 8 bits a channel, rows top to bottom without padding. */
export interface Pixels {
  /** width * height * 3 bytes. */
  data: Uint8Array;
  width: number;
  height: number;
}

/**
 * Gives a picture's memory back now; it must not be used any more. The garbage collector counts megabytes outside its heap, and would
 * walk the whole heap for every third photo.
 */
export function giveBack({ data }: Pick<Pixels, 'data'>): void {
  const { buffer, byteLength } = data;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}

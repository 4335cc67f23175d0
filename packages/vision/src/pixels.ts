/** An upright picture in memory: RGB, 8 bits a channel, rows top to bottom without padding. */
export interface Pixels {
  /** width * height * 3 bytes. */
  data: Uint8Array;
  width: number;
  height: number;
}

/** A Huffman code of a JPEG: symbols of 8 bits by codes of up to 16. */
export interface HuffmanTable {
  /** By the next 9 bits: the code's length times 256 plus its symbol; 0 if it is longer. */
  short: Uint16Array;
  /** By length: the largest code of that length (-1 for none), and what to add to a code to get the symbol's place. */
  largest: Int32Array;
  offset: Int32Array;
  symbols: Uint8Array;
}

const LONGEST = 16;
const SHORT = 9;

/** @param definition how many codes there are of each length, 1 to 16, then their symbols; ITU T.81, B.2.4.2 and C */
export function huffmanTable(definition: Uint8Array): HuffmanTable {
  const symbols = definition.subarray(LONGEST);
  const short = new Uint16Array(1 << SHORT);
  const largest = new Int32Array(LONGEST + 1).fill(-1);
  const offset = new Int32Array(LONGEST + 1);
  let [code, place] = [0, 0];
  for (let length = 1; length <= LONGEST; length++) {
    offset[length] = place - code;
    for (let left = definition[length - 1]!; left > 0; left--, code++, place++) {
      largest[length] = code;
      const spare = SHORT - length;
      if (spare >= 0) short.fill(length * 256 + symbols[place]!, code << spare, (code + 1) << spare);
    }
    code *= 2;
  }
  return { short, largest, offset, symbols };
}

/** Reads the entropy-coded data of a JPEG, bit by bit, up to the next marker or the end of the file; zeros from there on, as libjpeg does. */
export class EntropyReader {
  readonly #jpeg: Uint8Array;
  #at: number;
  /** The last `#count` bits of it are still to be read. */
  #bits = 0;
  #count = 0;
  /** How many of these bits are beyond the end of the file. */
  #missing = 0;

  constructor(jpeg: Uint8Array, at: number) {
    this.#jpeg = jpeg;
    this.#at = at;
  }

  /** Whether more bits were read than there are. */
  get ranOut(): boolean {
    return this.#missing > this.#count;
  }

  /** Whether less than a byte is left: the padding of the last one, which is ones. */
  get isSpent(): boolean {
    return this.#missing > 0 && this.#count - this.#missing < 8;
  }

  /** The offset of the first whole byte that was not read. */
  get position(): number {
    const unread = Math.max(0, this.#count - this.#missing) >> 3;
    return this.#at - unread;
  }

  /** The next symbol; -1 if no code begins like this. */
  symbol(table: HuffmanTable): number {
    this.#fill();
    const found = table.short[(this.#bits >>> (this.#count - SHORT)) & ((1 << SHORT) - 1)]!;
    if (found !== 0) {
      this.#count -= found >> 8;
      return found & 255;
    }
    for (let length = SHORT + 1; length <= LONGEST; length++) {
      const code = (this.#bits >>> (this.#count - length)) & ((1 << length) - 1);
      if (code > table.largest[length]!) continue;
      this.#count -= length;
      return table.symbols[code + table.offset[length]!] ?? -1;
    }
    return -1;
  }

  /** A number of `length` bits, 0 to 16. */
  number(length: number): number {
    this.#fill();
    this.#count -= length;
    return (this.#bits >>> this.#count) & ((1 << length) - 1);
  }

  /** A number that may be negative; ITU T.81, F.2.2.1. */
  signed(length: number): number {
    if (length === 0) return 0;
    const value = this.number(length);
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  /** At least 17 bits. */
  #fill(): void {
    while (this.#count <= 16) {
      const byte = this.#jpeg[this.#at];
      const isData = byte !== undefined && (byte !== 0xff || this.#jpeg[this.#at + 1] === 0);
      this.#bits = (this.#bits << 8) | (isData ? byte : 0);
      this.#count += 8;
      if (isData) this.#at += byte === 0xff ? 2 : 1;
      else this.#missing += 8;
    }
  }
}

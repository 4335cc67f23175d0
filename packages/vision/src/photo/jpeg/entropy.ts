/** A Huffman code of a JPEG: codes of 1 to 16 bits stand for symbols of 8 bits. */
export interface HuffmanTable {
  /** Index: the next 9 bits. Value: the code's length times 256, plus its symbol; 0 if the code is longer. */
  short: Uint16Array;
  /** By length: the largest code of that length (-1 for none), and what to add to a code to get the place of its symbol. */
  largest: Int32Array;
  offset: Int32Array;
  symbols: Uint8Array;
}

const LONGEST = 16;
const SHORT = 9;

/** @param definition the number of codes of each length, 1 to 16, then their symbols; ITU T.81, B.2.4.2 and C */
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

/** Reads the entropy-coded data of a JPEG bit by bit, up to the next marker or the end of the file. From there on it reads zeros, as libjpeg does. */
export class EntropyReader {
  readonly #jpeg: Uint8Array;
  #at: number;
  /** Its last `#count` bits are not read yet. */
  #bits = 0;
  #count = 0;
  /** How many of those bits lie beyond the end of the data. */
  #missing = 0;

  constructor(jpeg: Uint8Array, at: number) {
    this.#jpeg = jpeg;
    this.#at = at;
  }

  /** Whether more bits were read than there are. */
  get ranOut(): boolean {
    return this.#missing > this.#count;
  }

  /** Whether less than a byte is left. That is the padding of the last byte, all ones. */
  get isSpent(): boolean {
    return this.#missing > 0 && this.#count - this.#missing < 8;
  }

  /** The offset of the first whole byte that was not read. */
  get position(): number {
    const unread = Math.max(0, this.#count - this.#missing) >> 3;
    return this.#at - unread;
  }

  /** Reads a symbol; -1 if no code begins with these bits. */
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

  /** Reads a number of `length` bits, 0 to 16. */
  number(length: number): number {
    this.#fill();
    this.#count -= length;
    return (this.#bits >>> this.#count) & ((1 << length) - 1);
  }

  /** Reads a number that may be negative; ITU T.81, F.2.2.1. */
  signed(length: number): number {
    if (length === 0) return 0;
    const value = this.number(length);
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  /** Makes at least 17 bits ready. */
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

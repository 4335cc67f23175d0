const MOST_BYTES = 32;
/** Indexes of the two words at the beginning. */
const TURN = 0;
const LENGTH = 1;
const WORDS_BYTES = 8;

/**
 * The photo that the watchdog watches, in memory that all threads share. No thread needs to be woken to tell another.
 */
export class WatchedPhoto {
  #words: Int32Array;
  #id: Uint8Array;

  /** @param memory of `WatchedPhoto.memory()` */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, 2);
    this.#id = new Uint8Array(memory, WORDS_BYTES);
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(WORDS_BYTES + MOST_BYTES);
  }

  /** From now on the photo of this request is watched. Its id has at most 32 letters and digits (contracts/src/request.ts). */
  begin(requestId: string): void {
    const bytes = Buffer.from(requestId, 'latin1').subarray(0, MOST_BYTES);
    this.#id.set(bytes);
    this.#words[LENGTH] = bytes.length;
    Atomics.add(this.#words, TURN, 1);
  }

  end(): void {
    Atomics.add(this.#words, TURN, 1);
  }

  /** Odd while a photo is watched; another number for each photo. */
  get turn(): number {
    return Atomics.load(this.#words, TURN);
  }

  get requestId(): string {
    return Buffer.from(this.#id.slice(0, this.#words[LENGTH])).toString('latin1');
  }
}

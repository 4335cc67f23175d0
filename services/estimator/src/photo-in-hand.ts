/** Which photo this process looks at, in memory that its threads share: to tell the watchdog wakes nobody. */
export interface PhotoInHand {
  /** A photo is taken in hand; its id is of the form that contracts give it, at most 32 letters and digits. */
  take(requestId: string): void;
  putDown(): void;
  /** Odd while a photo is in hand; another one for each photo. */
  turn(): number;
  requestId(): string;
}

const MOST_BYTES = 32;
/** Places in the words at the beginning. */
const TURN = 0;
const LENGTH = 1;
const WORDS_BYTES = 8;

export function newSharedMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(WORDS_BYTES + MOST_BYTES);
}

export function photoInHand(memory: SharedArrayBuffer): PhotoInHand {
  const words = new Int32Array(memory, 0, 2);
  const letters = new Uint8Array(memory, WORDS_BYTES);
  return {
    take(requestId) {
      const bytes = Buffer.from(requestId, 'latin1').subarray(0, letters.length);
      letters.set(bytes);
      words[LENGTH] = bytes.length;
      Atomics.add(words, TURN, 1);
    },
    putDown: () => void Atomics.add(words, TURN, 1),
    turn: () => Atomics.load(words, TURN),
    requestId: () => Buffer.from(letters.slice(0, words[LENGTH])).toString('latin1'),
  };
}

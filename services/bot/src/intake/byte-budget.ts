/** Limits the memory that is held at the same time. Work that doesn't fit waits, in order. */
export class ByteBudget {
  #all: number;
  #left: number;
  #waiting: { bytes: number; begin: () => void }[] = [];

  constructor(bytes: number) {
    this.#all = bytes;
    this.#left = bytes;
  }

  /** @param bytes that `work` holds until it is done. Work larger than the whole budget begins when nothing else is held */
  async use<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    const needed = Math.min(bytes, this.#all);
    if (this.#waiting.length > 0 || needed > this.#left) {
      await new Promise<void>((begin) => this.#waiting.push({ bytes: needed, begin }));
    } else {
      this.#left -= needed;
    }
    try {
      return await work();
    } finally {
      this.#left += needed;
      this.#beginNext();
    }
  }

  #beginNext(): void {
    for (let next = this.#waiting[0]; next && next.bytes <= this.#left; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#left -= next.bytes;
      next.begin();
    }
  }
}

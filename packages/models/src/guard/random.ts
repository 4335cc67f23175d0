import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';

/** Draws random numbers. The same seed draws the same numbers. */
export class Random {
  readonly #generator: ReturnType<typeof mersenne>;

  /** Mersenne Twister, since xoroshiro128plus begins with the same number whatever the seed. @param seed a whole number of 32 bits */
  constructor(seed: number) {
    this.#generator = mersenne(seed);
  }

  between(low: number, high: number): number {
    return low + (high - low) * uniformFloat64(this.#generator);
  }

  chance(probability: number): boolean {
    return this.between(0, 1) < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.between(0, list.length))]!;
  }
}

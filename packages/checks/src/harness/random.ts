/** Random numbers that are the same for the same seed. */
export interface Random {
  /** From 0 to below 1. */
  fraction(): number;
  /** 0 to `below` - 1. */
  whole(below: number): number;
  pick<T>(from: readonly T[]): T;
  /** True one time in `times`. */
  oneIn(times: number): boolean;
}

/** mulberry32 by Tommy Ettinger (public domain). It starts from two numbers, so that each photo of a run has numbers of its own. */
export function seededRandom(seed: number, number: number): Random {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0;
  function fraction(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const whole = (below: number) => Math.floor(fraction() * below);
  return {
    fraction,
    whole,
    pick: (from) => from[whole(from.length)]!,
    oneIn: (times) => whole(times) === 0,
  };
}

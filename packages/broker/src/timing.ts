/** A wait that doubles with each failure: the first and the longest, in milliseconds. */
export type BackOff = readonly [first: number, longest: number];

export interface Timing {
  /** A publish not confirmed within this fails, in milliseconds. */
  publishMs: number;
  /** A connection that is silent for two to three times this is taken for lost, in seconds. */
  heartbeatS: number;
  /** Before a lost connection or channel is opened again. */
  reopen: BackOff;
  /** Before a message whose handling failed goes back into its queue. The longest also bounds `retryAfterMs`. */
  retry: BackOff;
}

export const TIMING: Timing = {
  publishMs: 10_000,
  heartbeatS: 10,
  reopen: [200, 5_000],
  retry: [1_000, 30_000],
};

/** Milliseconds to wait after failure number `failures` (1, 2, ...) in a row, spread over the upper half at random. */
export function backOffMs([first, longest]: BackOff, failures: number): number {
  return Math.min(longest, first * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

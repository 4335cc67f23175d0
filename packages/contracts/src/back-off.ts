import { setTimeout as sleep } from 'node:timers/promises';

/** Pauses that double with each failure in a row: the first and the longest, in milliseconds. */
export type BackOff = readonly [firstMs: number, longestMs: number];

/**
 * How long to wait after failure number `failures` (1, 2, ...) in a row, in milliseconds: a random part of the upper half
 * of the pause, so that those who failed together do not come back together.
 */
export function backOffMs([firstMs, longestMs]: BackOff, failures: number): number {
  return Math.min(longestMs, firstMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

/** Waits for `ms` milliseconds, or until `signal` aborts. Never throws. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

import { setTimeout as pause } from 'node:timers/promises';
import { RetryableError } from './errors.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Tries `work` again after every RetryableError, with growing pauses of 2 s at most, until it succeeds, `signal` aborts
 * or `limitMs` have passed; then it throws the last error.
 */
export async function patiently<T>(work: () => Promise<T>, signal: AbortSignal, limitMs = Infinity): Promise<T> {
  const end = Date.now() + limitMs;
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const leftMs = end - Date.now();
      if (!(error instanceof RetryableError) || signal.aborted || leftMs <= 0) throw error;
      await pause(Math.min(pauseMs, leftMs), undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

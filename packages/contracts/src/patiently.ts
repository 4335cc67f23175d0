import { type BackOff, backOffMs, pause } from './back-off.ts';
import { RetryableError } from './errors.ts';

const PAUSES: BackOff = [100, 2_000];

/**
 * Tries `work` again after every RetryableError, with a back-off of 2 s at most, until it succeeds, `signal` aborts
 * or `limitMs` have passed. Then it throws the last error.
 */
export async function patiently<T>(work: () => Promise<T>, signal: AbortSignal, limitMs = Infinity): Promise<T> {
  const end = Date.now() + limitMs;
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      const leftMs = end - Date.now();
      if (!(error instanceof RetryableError) || signal.aborted || leftMs <= 0) throw error;
      await pause(Math.min(backOffMs(PAUSES, failures), leftMs), signal);
    }
  }
}

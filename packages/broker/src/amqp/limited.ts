import { setTimeout as sleep } from 'node:timers/promises';
import { RetryableError } from '@attrai/contracts/errors';

/** Closing must not wait for a peer that has gone: an orderly end is tried for so long, in milliseconds. */
export const GOODBYE_MS = 5_000;

/** The result of `promise`, or a RetryableError with that code when it takes longer than `limitMs`. */
export async function limited<T>(promise: Promise<T>, limitMs: number, code: string, message: string): Promise<T> {
  const inTime = new AbortController();
  const tooLate = sleep(limitMs, undefined, { signal: inTime.signal }).then(() => {
    throw new RetryableError(code, message);
  });
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    tooLate.catch(() => {});
    inTime.abort();
  }
}

/** Waits until an orderly end has succeeded, has failed or takes longer than GOODBYE_MS. */
export async function goodbye(ending: Promise<unknown>): Promise<void> {
  await limited(ending, GOODBYE_MS, 'no_goodbye', 'The broker does not answer').catch(() => {});
}

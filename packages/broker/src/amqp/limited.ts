import { RetryableError } from '@attrai/contracts/errors';

/** How long to wait for an orderly close, in milliseconds: the peer may be gone. */
const GOODBYE_MS = 5_000;

/** The result of `promise`, or a RetryableError with that code when it takes longer than `limitMs`. */
export async function limited<T>(promise: Promise<T>, limitMs: number, code: string, message: string): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new RetryableError(code, message)), limitMs);
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until an orderly close has succeeded, has failed or takes longer than GOODBYE_MS. */
export async function goodbye(ending: Promise<unknown>): Promise<void> {
  await limited(ending, GOODBYE_MS, 'no_goodbye', 'The broker does not answer').catch(() => {});
}

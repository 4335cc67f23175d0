import { RetryableError } from '@attrai/contracts/errors';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * How long to leave Telegram alone, in milliseconds: as long as it asks for, else from 0.5 s on, doubled up to 10 s.
 *
 * @param failures in a row, with this one: 1 or more
 */
export function pauseAfterFailure(error: unknown, failures: number): number {
  const asked = error instanceof RetryableError ? error.retryAfterMs : undefined;
  return asked ?? Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
}

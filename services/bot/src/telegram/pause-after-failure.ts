import { RetryableError } from '@attrai/contracts/errors';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * How long to leave Telegram alone, in milliseconds: as long as it asks for, else 0.5 to 10 s, growing.
 *
 * @param failures in a row, this one counted: 1 or more
 */
export function pauseAfterFailure(error: unknown, failures: number): number {
  const asked = error instanceof RetryableError ? error.retryAfterMs : undefined;
  return asked ?? Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
}

import { type BackOff, backOffMs } from '@attrai/contracts/back-off';
import { gradeOf, RetryableError } from '@attrai/contracts/errors';

export interface RetryPolicy {
  pauses: BackOff;
  /** After so many failures the job is given up. */
  tries: number;
  /** Waits that the other side asked for are no failures; they end when the job is this old, ms. */
  oldestMs: number;
}

/** 1 s, 2 s, 4 s ... 60 s, less a random part: some 40 minutes of an outage are bridged. */
export const RETRY_POLICY: RetryPolicy = {
  pauses: [1_000, 60_000],
  tries: 60,
  oldestMs: 2 * 60 * 60_000,
};

export type Verdict = { kind: 'again'; delayMs: number; counts: boolean } | { kind: 'give_up' } | { kind: 'fatal' };

/** What becomes of a job whose `work` threw `error`, after `failures` earlier ones, `ageMs` after it was added. */
export function judge(error: unknown, failures: number, ageMs: number, policy: RetryPolicy): Verdict {
  const grade = gradeOf(error);
  if (grade === 'fatal') return { kind: 'fatal' };
  if (grade === 'final') return { kind: 'give_up' };
  if (error instanceof RetryableError && error.retryAfterMs !== undefined) {
    return ageMs > policy.oldestMs
      ? { kind: 'give_up' }
      : { kind: 'again', delayMs: error.retryAfterMs, counts: false };
  }
  if (failures + 1 >= policy.tries) return { kind: 'give_up' };
  return { kind: 'again', delayMs: pauseAfter(failures, policy), counts: true };
}

/** Whole milliseconds, after `failures` earlier ones and one more. */
export function pauseAfter(failures: number, { pauses }: RetryPolicy): number {
  return Math.round(backOffMs(pauses, failures + 1));
}

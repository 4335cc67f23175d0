import { type BackOff, backOffMs } from '@attrai/contracts/back-off';
import { gradeOf, RetryableError } from '@attrai/contracts/errors';

export interface RetryPolicy {
  pauses: BackOff;
  /** After this many failures the job is given up. */
  tries: number;
  /** A wait that the other side asks for is no failure. A job older than this, in ms, waits no more and is given up. */
  oldestMs: number;
}

/** Pauses of 1 s, 2 s, 4 s ... 60 s, each less a random part: enough for an outage of 40 minutes. */
export const RETRY_POLICY: RetryPolicy = { pauses: [1_000, 60_000], tries: 60, oldestMs: 2 * 60 * 60_000 };

type Verdict = { kind: 'again'; delayMs: number; counts: boolean } | { kind: 'give_up' } | { kind: 'fatal' };

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

/** The pause after one more failure than `failures`, in whole milliseconds. */
export function pauseAfter(failures: number, { pauses }: RetryPolicy): number {
  return Math.round(backOffMs(pauses, failures + 1));
}

import { codeOf, RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import { gradeRedisError } from './redis-errors.ts';

const LINE_EVERY_MS = 60_000;
/** Work on Redis is tried each second: what has not failed for so long works again. */
const OVER_AFTER_MS = 15_000;

/**
 * Failures of work on a Redis that answers: that it is full, that a script failed, that a job lost its lock. Each kind is an error
 * line a minute, and a reason not to be ready. A Redis that is away has a line of its own (connect-redis.ts).
 */
export class RedisTroubles {
  #logger: Logger;
  #saidAt = new Map<string, number>();
  #last: { at: number; message: string } | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @param what was asked of Redis, like 'for the next job' */
  note(what: string, cause: unknown): void {
    const error = gradeJobError(what, cause);
    const code = codeOf(error);
    if (code === 'redis_away') {
      this.#logger.debug({ err: error }, 'Redis is away');
      return;
    }
    const now = Date.now();
    this.#last = { at: now, message: error.message };
    if (now - (this.#saidAt.get(code) ?? 0) < LINE_EVERY_MS) return;
    this.#saidAt.set(code, now);
    this.#logger.error({ code, err: error }, 'Redis answers, but work on it fails');
  }

  /** What fails now, for the operator; undefined if nothing does. */
  get problem(): string | undefined {
    return this.#last && Date.now() - this.#last.at < OVER_AFTER_MS ? this.#last.message : undefined;
  }
}

function gradeJobError(what: string, cause: unknown): RetryableError {
  if (cause instanceof RetryableError) return cause;
  // In BullMQ's words, which are no answer of Redis itself.
  if (/\block\b|Missing key for job/i.test(String((cause as Error)?.message))) {
    const advice = 'It may be done twice. This follows an outage of Redis, or a bot that stood still for 30 s.';
    return new RetryableError('job_lost', `A job was lost to another worker. ${advice}`, { cause });
  }
  return gradeRedisError(what, cause);
}

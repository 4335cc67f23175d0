import { showRedisUrl } from '@attrai/config/redis-url';
import { codeOf, gradeOf, RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import { gradeLostConnection, gradeRedisError } from './redis-errors.ts';

const LINE_EVERY_MS = 60_000;
/** Work on Redis is tried every second. If it hasn't failed for this time, and a write succeeds, it works again. */
const OVER_AFTER_MS = 4_000;

/**
 * Problems with Redis: there is no connection, it is full, a script failed, a job lost its lock. Each kind is logged once a minute,
 * and is a reason not to be ready.
 */
export class RedisTroubles {
  #logger: Logger;
  #saidAt = new Map<string, number>();
  #connected = true;
  /** Why there is no connection. */
  #lostBy: string | undefined;
  #refused: { at: number; message: string } | undefined;

  /** @param url of Redis. Each line names it, without its password */
  constructor(logger: Logger, url?: string) {
    this.#logger = url === undefined ? logger : logger.child({ redis: showRedisUrl(url) });
  }

  /**
   * Work on Redis has failed.
   *
   * @param what was asked of Redis, like 'for the next job'
   */
  note(what: string, cause: unknown): void {
    if (gradeOf(cause) === 'fatal') return;
    // ioredis now sends the whole script.
    if (cause instanceof Error && cause.message.startsWith('NOSCRIPT')) return;
    const error = gradeJobError(what, cause);
    if (codeOf(error) === 'redis_away') {
      this.#logger.debug({ err: error }, 'Redis is away');
      return;
    }
    this.#refused = { at: Date.now(), message: error.message };
    this.#say('error', error, 'Redis answers, but work on it fails');
  }

  /** A write succeeded. */
  worked(): void {
    if (!this.#refused || Date.now() - this.#refused.at < OVER_AFTER_MS) return;
    this.#refused = undefined;
    this.#logger.info('Work on Redis succeeds again');
  }

  /** There is no connection, or none yet. */
  lost(cause?: unknown): void {
    this.#connected = false;
    if (cause === undefined) return;
    const error = gradeLostConnection(cause);
    this.#lostBy = error.message;
    this.#say('warn', error, 'Redis is away (REDIS_URL): trying again until it is back');
  }

  /** There is a connection. */
  back(): void {
    if (this.#lostBy !== undefined) this.#logger.info('Redis is back');
    this.#connected = true;
    this.#lostBy = undefined;
  }

  /** What is wrong now, for the operator; undefined if nothing is. */
  get problem(): string | undefined {
    return this.#lostBy ?? this.#refused?.message ?? (this.#connected ? undefined : 'not connected');
  }

  #say(level: 'warn' | 'error', err: RetryableError, words: string): void {
    const { code } = err;
    const now = Date.now();
    if (now - (this.#saidAt.get(code) ?? 0) < LINE_EVERY_MS) return;
    this.#saidAt.set(code, now);
    this.#logger[level]({ code, err }, words);
  }
}

function gradeJobError(what: string, cause: unknown): RetryableError {
  if (cause instanceof RetryableError) return cause;
  // BullMQ's own errors, which are no answer of Redis.
  if (/\block\b|Missing key for job/i.test(String((cause as Error)?.message))) {
    const advice = 'It may be done twice. This follows an outage of Redis, or a bot that stood still for 20 s.';
    return new RetryableError('job_lost', `A job was lost to another worker. ${advice}`, { cause });
  }
  return gradeRedisError(what, cause);
}

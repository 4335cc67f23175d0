import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, gradeOf, RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { Update } from 'telegraf/types';
import type { TelegramApi } from './telegram-api.ts';
import type { UpdateSource } from './update-source.ts';

export interface PollingOptions {
  api: TelegramApi;
  /** Must not throw. A batch is confirmed when all of its updates are through. */
  handle(update: Update): Promise<void>;
  logger: Logger;
  /** Telegram answers again. */
  onBack(): void;
  onFatal(error: unknown): void;
}

const WAIT_SECONDS = 30;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const CONFIRM_MS = 3_000;
/** A poll waits for 30 s; after two that failed the bot counts as deaf. */
const DEAF_AFTER_MS = 75_000;
/** Far above what a turn may take (45 s for the poll, some 20 s for its updates): the loop is stuck. */
const STUCK_AFTER_MS = 300_000;

/**
 * Fetches updates by long polling and goes on through everything but a refused token. (Telegraf's own loop ends for
 * good at the first 409, which any redeploy brings, and hangs on a dead connection for minutes.)
 *
 * `stop` tells Telegram which updates are done.
 */
export function startPolling({ api, handle, logger, onBack, onFatal }: PollingOptions): UpdateSource {
  const stopped = new AbortController();
  let offset = 0;
  let lastAnswerAt = performance.now();
  let nextTurnBy = performance.now() + STUCK_AFTER_MS;
  let failures = 0;

  async function pollOnce(): Promise<void> {
    const updates = await api.getUpdates(offset, WAIT_SECONDS, stopped.signal);
    lastAnswerAt = performance.now();
    if (failures > 0) {
      logger.info('Polling again');
      onBack();
    }
    failures = 0;
    await Promise.all(updates.map(handle));
    const last = updates.at(-1);
    if (last) offset = last.update_id + 1;
  }

  async function afterFailure(error: unknown): Promise<void> {
    if (failures === 0) logger.warn({ code: codeOf(error), err: error }, "Can't fetch updates; trying on");
    failures += 1;
    const growing = Math.min(FIRST_PAUSE_MS * 2 ** (failures - 1), LONGEST_PAUSE_MS);
    const asked = error instanceof RetryableError ? error.retryAfterMs : undefined;
    const pauseMs = asked ?? growing;
    nextTurnBy = performance.now() + pauseMs + STUCK_AFTER_MS;
    await pause(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
  }

  async function poll(): Promise<void> {
    while (!stopped.signal.aborted) {
      nextTurnBy = performance.now() + STUCK_AFTER_MS;
      try {
        await pollOnce();
      } catch (error) {
        if (stopped.signal.aborted) return;
        if (gradeOf(error) === 'fatal') return onFatal(error);
        await afterFailure(error);
      }
    }
  }

  const polling = poll();

  return {
    get alive() {
      return performance.now() < nextTurnBy;
    },
    problem() {
      const silentMs = performance.now() - lastAnswerAt;
      return silentMs < DEAF_AFTER_MS ? undefined : `no answer to getUpdates for ${Math.round(silentMs / 1000)} s`;
    },
    async stop() {
      stopped.abort();
      await polling;
      if (offset === 0) return;
      await api.getUpdates(offset, 0, AbortSignal.timeout(CONFIRM_MS)).catch((error) => {
        logger.warn({ err: error }, 'The last updates may come again: they could not be confirmed');
      });
    },
  };
}

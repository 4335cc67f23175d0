import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, gradeOf, RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { Update } from 'telegraf/types';
import type { TelegramApi } from './telegram-api.ts';

export interface PollingOptions {
  api: TelegramApi;
  /** Must not throw. A batch is confirmed when all of its updates are through. */
  handle(update: Update): Promise<void>;
  logger: Logger;
  onFatal(error: unknown): void;
}

export interface Polling {
  /** When Telegram answered the last time, ms since the epoch. */
  readonly lastAnswerAt: number;
  /** Waits for updates in work and tells Telegram which ones are done. */
  stop(): Promise<void>;
}

const WAIT_SECONDS = 30;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const CONFIRM_MS = 3_000;

/**
 * Fetches updates by long polling and goes on through everything but a refused token. (Telegraf's own loop ends for
 * good at the first 409, which any redeploy brings, and hangs on a dead connection for minutes.)
 */
export function startPolling({ api, handle, logger, onFatal }: PollingOptions): Polling {
  const stopped = new AbortController();
  let offset = 0;
  let lastAnswerAt = Date.now();
  let failures = 0;

  async function pollOnce(): Promise<void> {
    const updates = await api.getUpdates(offset, WAIT_SECONDS, stopped.signal);
    lastAnswerAt = Date.now();
    if (failures > 0) logger.info('Polling again');
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
    await pause(asked ?? growing, undefined, { signal: stopped.signal }).catch(() => undefined);
  }

  async function poll(): Promise<void> {
    while (!stopped.signal.aborted) {
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
    get lastAnswerAt() {
      return lastAnswerAt;
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

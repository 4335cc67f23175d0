import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, gradeOf } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { Update } from 'telegraf/types';
import { pauseAfterFailure } from './pause-after-failure.ts';
import type { TelegramApi } from './telegram-api.ts';
import type { UpdateSource } from './update-source.ts';

export interface PollingOptions {
  api: TelegramApi;
  /** Throws for an update that shall come again: it stays unconfirmed, and so do those after it, which are through once. */
  handle(update: Update): Promise<void>;
  logger: Logger;
  /** Telegram answers again. */
  onBack(): void;
  onFatal(error: unknown): void;
}

const WAIT_SECONDS = 30;
const CONFIRM_MS = 3_000;
/** Before updates that shall come again are fetched again; commands that came meanwhile wait for as long. */
const AGAIN_MS = 1_000;
/** A poll waits for 30 s; after two that failed the bot counts as deaf. */
const DEAF_AFTER_MS = 75_000;
/** Far above what a turn may take (45 s for the poll, some 20 s for its updates): the loop is stuck. */
const STUCK_AFTER_MS = 300_000;

/**
 * Fetches updates by long polling and goes on through everything but a refused token. (Telegraf's own loop ends for
 * good at the first 409, which any redeploy brings, and hangs on a dead connection for minutes.)
 *
 * Telegram hands out 100 unconfirmed updates at the most: what comes behind 100 that can't be handled now waits for them.
 *
 * `stop` tells Telegram which updates are done.
 */
export function startPolling({ api, handle, logger, onBack, onFatal }: PollingOptions): UpdateSource {
  const stopped = new AbortController();
  let offset = 0;
  /** Updates that are through, but come after one that isn't. */
  const through = new Set<number>();
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
    await Promise.allSettled(updates.filter(({ update_id }) => !through.has(update_id)).map(handleOnce));
    for (const { update_id } of updates) {
      if (!through.delete(update_id)) return rest(AGAIN_MS);
      offset = update_id + 1;
    }
  }

  async function handleOnce(update: Update): Promise<void> {
    await handle(update);
    through.add(update.update_id);
  }

  async function rest(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: stopped.signal }).catch(() => undefined);
  }

  async function afterFailure(error: unknown): Promise<void> {
    if (failures === 0) logger.warn({ code: codeOf(error), err: error }, "Can't fetch updates; trying on");
    failures += 1;
    const pauseMs = pauseAfterFailure(error, failures);
    nextTurnBy = performance.now() + pauseMs + STUCK_AFTER_MS;
    await rest(pauseMs);
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

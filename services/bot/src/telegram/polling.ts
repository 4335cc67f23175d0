import { codeOf, gradeOf } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { Update } from 'telegraf/types';
import { pause } from '../pause.ts';
import { conflictOf } from './conflict.ts';
import { OnceAMinute } from './once-a-minute.ts';
import { pauseAfterFailure } from './pause-after-failure.ts';
import type { TelegramApi } from './telegram-api.ts';
import type { UpdateSource } from './update-source.ts';

export interface PollingOptions {
  api: Pick<TelegramApi, 'getUpdates' | 'deleteWebhook'>;
  /** Throws for an update that must come again. It stays unconfirmed, as do those after it, which are handled once all the same. */
  handle(update: Update): Promise<void>;
  logger: Logger;
  /** Telegram answers again. */
  onBack(): void;
  onFatal(error: unknown): void;
}

/** Short, so that a connection that hangs shows within 30 s. */
const WAIT_SECONDS = 10;
const CONFIRM_MS = 3_000;
/** The pause before updates are fetched again that could not be handled. New commands wait as long. */
const AGAIN_MS = 1_000;
/** Polls that have failed for so long are a problem: a shorter outage passes by itself. */
const FAILING_FOR_MS = 15_000;
/** A poll waits for 10 s, and is given up 15 s later. */
const DEAF_AFTER_MS = 28_000;
const OTHER_COPY =
  "Another copy uses this token, and Telegram gives its updates to one only. Stop the other copy. If it isn't yours, have @BotFather make a new token (/revoke), and set BOT_TOKEN to it";
const FOREIGN_WEBHOOK =
  'Somebody set a webhook for this bot, which polls: deleting it. For a webhook of its own, set WEBHOOK_URL';
/** The loop is stuck. One round takes at most 25 s for the poll and some 20 s for its updates. */
const STUCK_AFTER_MS = 300_000;

/**
 * Fetches updates by long polling. Only a refused token ends it. (Telegraf's own loop ends at the first 409, which any redeploy
 * brings, and hangs on a dead connection for minutes.)
 *
 * Telegram hands out at most 100 unconfirmed updates. While 100 can't be handled, later ones wait.
 */
export class Polling implements UpdateSource {
  #options: PollingOptions;
  #stopped = new AbortController();
  #offset = 0;
  /** Updates that were handled, but come after one that wasn't. */
  #through = new Set<number>();
  #lastAnswerAt = performance.now();
  #nextTurnBy = performance.now() + STUCK_AFTER_MS;
  #failures = 0;
  #failingSince = 0;
  #lastFailure: unknown;
  #conflicts = new OnceAMinute();
  #webhooks = new OnceAMinute();
  #polling: Promise<void>;

  constructor(options: PollingOptions) {
    this.#options = options;
    this.#polling = this.#poll();
  }

  get alive(): boolean {
    return performance.now() < this.#nextTurnBy;
  }

  problem(): string | undefined {
    // These don't pass by themselves, so they are told at once.
    if (conflictOf(this.#lastFailure) === 'other_copy') return OTHER_COPY;
    if (codeOf(this.#lastFailure) === 'proxy_failed') return (this.#lastFailure as Error).message;
    const now = performance.now();
    if (this.#failures > 0 && now - this.#failingSince > FAILING_FOR_MS) {
      return `no updates from Telegram for ${inSeconds(now - this.#failingSince)}: ${(this.#lastFailure as Error).message}`;
    }
    const silentMs = now - this.#lastAnswerAt;
    if (silentMs < DEAF_AFTER_MS) return undefined;
    return `Telegram has not answered for ${inSeconds(silentMs)}: see whether this machine reaches it`;
  }

  /** Tells Telegram which updates are done. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#polling;
    if (this.#offset === 0) return;
    await this.#options.api.getUpdates(this.#offset, 0, AbortSignal.timeout(CONFIRM_MS)).catch((error) => {
      this.#options.logger.warn({ err: error }, 'The last updates may come again: they could not be confirmed');
    });
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      this.#nextTurnBy = performance.now() + STUCK_AFTER_MS;
      try {
        await this.#pollOnce();
      } catch (error) {
        if (signal.aborted) return;
        if (gradeOf(error) === 'fatal') return this.#options.onFatal(error);
        await this.#restAfter(error);
      }
    }
  }

  async #pollOnce(): Promise<void> {
    const { logger, onBack } = this.#options;
    const updates = await this.#fetch();
    this.#lastAnswerAt = performance.now();
    if (this.#failures > 0) {
      logger.info('Polling again');
      onBack();
    }
    this.#failures = 0;
    this.#lastFailure = undefined;
    const pending = updates.filter(({ update_id }) => !this.#through.has(update_id));
    await Promise.allSettled(pending.map((update) => this.#handle(update)));
    for (const { update_id } of updates) {
      if (!this.#through.delete(update_id)) {
        await pause(AGAIN_MS, this.#stopped.signal);
        return;
      }
      this.#offset = update_id + 1;
    }
  }

  async #fetch(): Promise<Update[]> {
    const { api, logger } = this.#options;
    const fetch = () => api.getUpdates(this.#offset, WAIT_SECONDS, this.#stopped.signal);
    try {
      return await fetch();
    } catch (error) {
      if (conflictOf(error) !== 'webhook') throw error;
      if (this.#webhooks.mayPass()) logger.warn(FOREIGN_WEBHOOK);
      await api.deleteWebhook();
      return fetch();
    }
  }

  async #handle(update: Update): Promise<void> {
    await this.#options.handle(update);
    this.#through.add(update.update_id);
  }

  async #restAfter(error: unknown): Promise<void> {
    const { logger } = this.#options;
    if (conflictOf(error) === 'other_copy') {
      if (this.#conflicts.mayPass()) logger.error({ err: error }, OTHER_COPY);
    } else if (this.#failures === 0) {
      logger.warn({ code: codeOf(error), err: error }, "Can't fetch updates; trying on");
    }
    if (this.#failures === 0) this.#failingSince = performance.now();
    this.#failures += 1;
    this.#lastFailure = error;
    const pauseMs = pauseAfterFailure(error, this.#failures);
    this.#nextTurnBy = performance.now() + pauseMs + STUCK_AFTER_MS;
    await pause(pauseMs, this.#stopped.signal);
  }
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { Address, TelegramApi } from './telegram-api.ts';

/**
 * Answers that belong to no accepted photo: to commands, to pressed buttons, and refusals. They are sent right away, past the queue, and
 * whoever handles an update doesn't wait for them; one that can't be sent after a few tries is dropped.
 */
export interface SmallTalk {
  say(to: Address, text: string): void;
  /** Shows it to who pressed a button; Telegram takes 200 characters, and lets the button wait for it. */
  answerPress(queryId: string, text: string): void;
  /** Waits for what is being said. */
  finish(): Promise<void>;
}

const TRIES = 4;
const PAUSE_MS = 1_000;
/** A chat that has to be left alone for longer gets no answer. */
const LONGEST_WAIT_MS = 30_000;
/** Beyond this many at once, somebody floods the bot: further answers are dropped. */
const MOST_AT_ONCE = 500;

export function createSmallTalk(api: TelegramApi, logger: Logger): SmallTalk {
  const saying = new Set<Promise<void>>();

  async function keepTrying(send: () => Promise<unknown>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await send();
        return;
      } catch (error) {
        const waitMs = error instanceof RetryableError ? (error.retryAfterMs ?? PAUSE_MS * tries) : Infinity;
        if (tries >= TRIES || waitMs > LONGEST_WAIT_MS) {
          logger.warn({ code: codeOf(error), err: error }, 'Could not answer a message');
          return;
        }
        await pause(waitMs);
      }
    }
  }

  function start(send: () => Promise<unknown>): void {
    if (saying.size >= MOST_AT_ONCE) {
      logger.warn('Too many messages to answer at once: one was left unanswered');
      return;
    }
    const mine = keepTrying(send).finally(() => saying.delete(mine));
    saying.add(mine);
  }

  return {
    say: (to, text) => start(() => api.sendText(to, text)),
    answerPress: (queryId, text) => start(() => api.answerPress(queryId, text)),
    async finish() {
      await Promise.all(saying);
    },
  };
}

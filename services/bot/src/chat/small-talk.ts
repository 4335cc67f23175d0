import { setTimeout as pause } from 'node:timers/promises';
import { codeOf, RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { Address, Chat } from './chat.ts';

const TRIES = 4;
const PAUSE_MS = 1_000;
/** A chat that has to be left alone for longer gets no answer. */
const LONGEST_WAIT_MS = 30_000;
/** Beyond this many at once, somebody floods the bot: further answers are dropped. */
const MOST_AT_ONCE = 500;

/**
 * What is said beside answers to photos: to commands, to pressed buttons, refusals, and the end of a placeholder. It is sent right
 * away, past the queue, and whoever handles an update doesn't wait for it. What can't be sent after a few tries is dropped.
 */
export class SmallTalk {
  #chat: Chat;
  #logger: Logger;
  #saying = new Set<Promise<void>>();
  #stopping = new AbortController();

  constructor(chat: Chat, logger: Logger) {
    this.#chat = chat;
    this.#logger = logger;
  }

  say(to: Address, text: string): void {
    this.#start(() => this.#chat.send(to, text));
  }

  change(chatId: string, messageId: string, text: string): void {
    this.#start(() => this.#chat.edit(chatId, messageId, text));
  }

  remove(chatId: string, messageId: string): void {
    this.#start(() => this.#chat.delete(chatId, messageId));
  }

  /** Shows it to who pressed a button, who waits for it: at most 200 characters. */
  answerPress(pressId: string, text: string): void {
    this.#start(() => this.#chat.answerPress(pressId, text));
  }

  /** Waits for the calls that are under way, and for no pause: what was to be tried later is dropped. */
  async finish(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#saying);
  }

  #start(send: () => Promise<unknown>): void {
    if (this.#saying.size >= MOST_AT_ONCE) {
      this.#logger.warn('Too many messages to answer at once: one was left unanswered');
      return;
    }
    const mine = this.#keepTrying(send).finally(() => this.#saying.delete(mine));
    this.#saying.add(mine);
  }

  async #keepTrying(send: () => Promise<unknown>): Promise<void> {
    const { signal } = this.#stopping;
    for (let tries = 1; ; tries++) {
      try {
        await send();
        return;
      } catch (error) {
        const waitMs = error instanceof RetryableError ? (error.retryAfterMs ?? PAUSE_MS * tries) : Infinity;
        const goesOn = tries < TRIES && waitMs <= LONGEST_WAIT_MS && !signal.aborted;
        if (goesOn) await pause(waitMs, undefined, { signal }).catch(() => undefined);
        if (!goesOn || signal.aborted) {
          this.#logger.warn({ code: codeOf(error), err: error }, 'Could not answer a message');
          return;
        }
      }
    }
  }
}

import { codeOf, RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import { OneAtATime } from '../one-at-a-time.ts';
import { pause } from '../pause.ts';
import type { Address, Chat } from './chat.ts';
import type { Pace } from './pace.ts';

const TRIES = 4;
const PAUSE_MS = 1_000;
/** A message that can't be sent in this time is dropped. A group that has had its share takes none for up to a minute. */
const LONGEST_WAIT_MS = 65_000;
/** Somebody floods the bot if more wait at once. Further ones are dropped. */
const MOST_AT_ONCE = 500;
/** At most this many new messages wait for one chat. */
const MOST_IN_CHAT = 20;

export interface TalkParts {
  chat: Pick<Chat, 'send' | 'edit' | 'delete' | 'answerPress'>;
  pace: Pick<Pace, 'soon'>;
  logger: Logger;
}

/**
 * Says all that is no answer to a photo: answers to commands and pressed buttons, refusals, the end of a placeholder. It keeps the
 * chat's pace, but needs no job. Its callers don't wait. A message that can't be sent in time is dropped.
 */
export class SmallTalk {
  #parts: TalkParts;
  #saying = new Set<Promise<void>>();
  #inOrder = new OneAtATime();
  /** How many new messages wait or are being sent, by chat. */
  #inChat = new Map<string, number>();
  #stopping = new AbortController();

  constructor(parts: TalkParts) {
    this.#parts = parts;
  }

  say(to: Address, text: string): void {
    const { chatId } = to;
    const before = this.#inChat.get(chatId) ?? 0;
    if (before >= MOST_IN_CHAT) {
      this.#drop();
      return;
    }
    this.#inChat.set(chatId, before + 1);
    void this.#start(() => this.#inTurn(chatId, `say ${chatId}`, () => this.#parts.chat.send(to, text))).finally(() => {
      const left = this.#inChat.get(chatId)! - 1;
      if (left > 0) this.#inChat.set(chatId, left);
      else this.#inChat.delete(chatId);
    });
  }

  change(chatId: string, messageId: string, text: string): void {
    const edit = () => this.#parts.chat.edit(chatId, messageId, text);
    void this.#start(() => this.#inTurn(chatId, `change ${chatId}`, edit));
  }

  remove(chatId: string, messageId: string): void {
    void this.#start(() => this.#keepTrying(() => this.#parts.chat.delete(chatId, messageId)));
  }

  /** Shows `text`, at most 200 characters, to the one who pressed a button. */
  answerPress(pressId: string, text: string): void {
    void this.#start(() => this.#keepTrying(() => this.#parts.chat.answerPress(pressId, text)));
  }

  /** Waits for the calls that are under way. Drops what was to be tried later. */
  async finish(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#saying);
  }

  async #start(talk: () => Promise<void>): Promise<void> {
    if (this.#saying.size >= MOST_AT_ONCE) return this.#drop();
    const mine = talk().finally(() => this.#saying.delete(mine));
    this.#saying.add(mine);
    await mine;
  }

  #drop(): void {
    this.#parts.logger.warn('Too many messages to answer at once: one was left unanswered');
  }

  /** Sends the messages of a line one after the other, each when its chat has a turn. */
  #inTurn(chatId: string, line: string, send: () => Promise<unknown>): Promise<void> {
    const until = performance.now() + LONGEST_WAIT_MS;
    return this.#inOrder.run(line, () =>
      this.#keepTrying(async () => {
        await this.#parts.pace.soon(chatId);
        await send();
      }, until),
    );
  }

  async #keepTrying(send: () => Promise<unknown>, until = performance.now() + LONGEST_WAIT_MS): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; ; ) {
      try {
        await send();
        return;
      } catch (error) {
        // A wait for a turn is no failure.
        if (codeOf(error) !== 'chat_pace') failures += 1;
        const waitMs = error instanceof RetryableError ? (error.retryAfterMs ?? PAUSE_MS * failures) : Infinity;
        const goesOn = failures < TRIES && performance.now() + waitMs <= until && !signal.aborted;
        if (goesOn && (await pause(waitMs, signal))) continue;
        this.#parts.logger.warn({ code: codeOf(error), err: error }, 'Could not answer a message');
        return;
      }
    }
  }
}

import { codeOf, RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import { OneAtATime } from '../one-at-a-time.ts';
import { pause } from '../pause.ts';
import type { Address, Chat } from './chat.ts';
import type { Pace } from './pace.ts';

const TRIES = 4;
const PAUSE_MS = 1_000;
/** A group that has had its share has to be left alone for up to a minute. What can't be said until then is not said. */
const LONGEST_WAIT_MS = 65_000;
/** Beyond this many at once, somebody floods the bot: further answers are dropped. */
const MOST_AT_ONCE = 500;
/** So many of them may be new messages in one chat, where they come one by one. */
const MOST_IN_CHAT = 20;

export interface TalkParts {
  chat: Pick<Chat, 'send' | 'edit' | 'delete' | 'answerPress'>;
  pace: Pick<Pace, 'soon'>;
  logger: Logger;
}

/**
 * What is said beside answers to photos: to commands, to pressed buttons, refusals, and the end of a placeholder. It keeps the chat's
 * pace, past the queue, and whoever handles an update doesn't wait for it. What can't be sent in time is dropped.
 */
export class SmallTalk {
  #parts: TalkParts;
  #saying = new Set<Promise<void>>();
  #inOrder = new OneAtATime();
  /** New messages that wait or are being sent, by chat. */
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

  /** Shows it to who pressed a button, who waits for it: at most 200 characters. */
  answerPress(pressId: string, text: string): void {
    void this.#start(() => this.#keepTrying(() => this.#parts.chat.answerPress(pressId, text)));
  }

  /** Waits for the calls that are under way, and for no pause: what was to be tried later is dropped. */
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

  /** One after the other of a line, each when its chat can take it. */
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
        // To wait for a turn is no failure.
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

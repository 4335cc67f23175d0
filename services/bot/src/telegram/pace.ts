import { RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { Pace } from '../chat/pace.ts';
import { pause } from '../pause.ts';
import { ChatTurns } from './chat-turns.ts';
import { CommonPace } from './common-pace.ts';

/** A chat with at most this many messages in `OF_LATE_MS` has not caused its refusal itself. */
const FEW = 3;
const OF_LATE_MS = 10_000;
/** Messages and edits that only show progress, in all chats. Each takes time from answers. */
const PROGRESS_A_SECOND = 10;
/** With each turn this many chats are checked, and forgotten if they are quiet. */
const LOOKS = 2;
/** A job that came back too early would have to wait again. */
const SHORTEST_WAIT_MS = 50;

export interface PaceOptions {
  logger?: Pick<Logger, 'warn'>;
  /** Ends all waits. */
  stopping?: AbortSignal;
}

/**
 * Keeps the bot within Telegram's limits. It has sliding windows of its own: rate-limiter-flexible has fixed windows, which let twice
 * the limit pass around their border. p-throttle has no line for each chat, no holds and no forecast.
 */
export class TelegramPace implements Pace {
  #logger: PaceOptions['logger'];
  #stopping: AbortSignal | undefined;
  /** Those that were checked longest ago are in front. */
  #chats = new Map<string, ChatTurns>();
  #all = new CommonPace();
  #progressAt = 0;

  constructor({ logger, stopping }: PaceOptions = {}) {
    this.#logger = logger;
    this.#stopping = stopping;
  }

  turn(chatId: string, who?: string): Promise<void> {
    return this.#takeTurn(this.#chat(chatId).take(performance.now(), who));
  }

  soon(chatId: string): Promise<void> {
    return this.#takeTurn(this.#chat(chatId).takeAhead(performance.now()));
  }

  async spare(chatId: string): Promise<boolean> {
    const now = performance.now();
    if (this.#all.isLimited || now < this.#progressAt) return false;
    if (!this.#chat(chatId).takeSpare(now)) return false;
    this.#progressAt = Math.max(this.#progressAt, now - 1000) + 1000 / PROGRESS_A_SECOND;
    this.#all.take(now);
    return true;
  }

  async waitFor(turns: number, chatId: string): Promise<number> {
    return this.#chat(chatId).waitFor(performance.now(), turns);
  }

  /** Telegram wants the chat left alone for `ms`. */
  hold(chatId: string, ms: number): void {
    const now = performance.now();
    const chat = this.#chat(chatId);
    chat.hold(now, ms);
    if (chat.turnsIn(now, OF_LATE_MS) > FEW) return;
    const aSecond = this.#all.refused(chatId, now);
    if (aSecond !== undefined) {
      this.#logger?.warn({ aSecond }, 'Telegram refuses messages in several chats: the bot slows down for some time');
    }
  }

  /** The number of chats that are remembered. */
  get size(): number {
    return this.#chats.size;
  }

  async #takeTurn(waitMs: number): Promise<void> {
    if (waitMs > 0) {
      const retryAfterMs = Math.max(waitMs, SHORTEST_WAIT_MS);
      throw new RetryableError('chat_pace', 'This chat has had its share. Wait.', { retryAfterMs });
    }
    const ms = this.#all.take(performance.now());
    if (ms > 0 && !(await pause(ms, this.#stopping))) {
      throw new RetryableError('chat_pace', 'The bot stops before the turn has come.');
    }
  }

  #chat(chatId: string): ChatTurns {
    this.#forgetTheQuiet();
    let chat = this.#chats.get(chatId);
    if (!chat) {
      // Groups have negative ids.
      chat = new ChatTurns(chatId.startsWith('-'));
      this.#chats.set(chatId, chat);
    }
    return chat;
  }

  #forgetTheQuiet(): void {
    const now = performance.now();
    for (let looks = 0; looks < LOOKS; looks++) {
      const [first] = this.#chats;
      if (!first) return;
      const [chatId, chat] = first;
      this.#chats.delete(chatId);
      if (!chat.isQuiet(now)) this.#chats.set(chatId, chat);
    }
  }
}

import { RetryableError } from '@attrai/contracts/errors';
import { RateLimiterMemory, RateLimiterQueue, RateLimiterRes } from 'rate-limiter-flexible';
import type { Pace } from '../chat/pace.ts';

/**
 * Telegram takes about 30 messages a second from a bot, one a second in a chat (short bursts pass) and 20 a minute in a
 * group (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this). Commands are answered
 * without waiting: what is left to them below 30 is theirs.
 */
export const JOBS_A_SECOND = 24;
/** An album of ten at once: placeholders and answers. */
const PRIVATE_CHAT = { points: 20, duration: 20 };
const GROUP = { points: 20, duration: 60 };
/** Edits that only show progress. */
const PROGRESS_A_SECOND = 4;

/** Keeps the bot below what Telegram takes. */
export class TelegramPace implements Pace {
  #all = new RateLimiterQueue(new RateLimiterMemory({ points: JOBS_A_SECOND, duration: 1 }));
  #privateChats = new RateLimiterMemory(PRIVATE_CHAT);
  #groups = new RateLimiterMemory(GROUP);
  #progress = new RateLimiterMemory({ points: PROGRESS_A_SECOND, duration: 1 });
  #progressInChat = new RateLimiterMemory({ points: 1, duration: 1 });

  async turn(chatId: string): Promise<void> {
    try {
      await this.#limiterOf(chatId).consume(chatId);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const retryAfterMs = Math.max(refused.msBeforeNext, 50);
      throw new RetryableError('chat_pace', 'This chat has had its share. Wait.', { retryAfterMs });
    }
    await this.#all.removeTokens(1);
  }

  async spare(chatId: string): Promise<boolean> {
    const limiter = this.#limiterOf(chatId);
    const used = (await limiter.get(chatId))?.consumedPoints ?? 0;
    // The other half is the answers'.
    if (used > limiter.points / 2) return false;
    try {
      await this.#progress.consume('all');
      await this.#progressInChat.consume(chatId);
      if (isGroup(chatId)) await this.#groups.consume(chatId);
      return true;
    } catch {
      return false;
    }
  }

  async waitFor(turns: number, chatId: string): Promise<number> {
    const limiter = this.#limiterOf(chatId);
    const { points, duration } = limiter;
    const window = await limiter.get(chatId);
    const beyond = turns - (window?.remainingPoints ?? points);
    if (beyond <= 0) return 0;
    const nextMs = window?.msBeforeNext ?? duration * 1000;
    return nextMs + Math.floor((beyond - 1) / points) * duration * 1000;
  }

  /** Telegram said to leave the chat alone. */
  hold(chatId: string, ms: number): void {
    void this.#limiterOf(chatId).block(chatId, Math.ceil(ms / 1000));
  }

  #limiterOf(chatId: string): RateLimiterMemory {
    return isGroup(chatId) ? this.#groups : this.#privateChats;
  }
}

/** Groups have negative ids. */
function isGroup(chatId: string): boolean {
  return chatId.startsWith('-');
}

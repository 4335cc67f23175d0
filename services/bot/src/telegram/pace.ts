import { RetryableError } from '@attrai/contracts/errors';
import { RateLimiterMemory, RateLimiterQueue, RateLimiterRes } from 'rate-limiter-flexible';

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

/** When a call may be made. */
export interface Pace {
  /**
   * Waits for a turn among all chats. Throws RetryableError `chat_pace` with the time to wait if this chat has had its
   * share: nobody else shall wait behind it.
   */
  turn(chatId: number): Promise<void>;
  /** True if an edit nobody needs can be made now without getting into an answer's way. */
  spare(chatId: number): Promise<boolean>;
  /** How long it takes until this chat has had so many more turns, milliseconds; 0 if they can all be had now. */
  waitFor(turns: number, chatId: number): Promise<number>;
  /** Telegram said to leave the chat alone. */
  hold(chatId: number, ms: number): void;
}

export function createPace(): Pace {
  const all = new RateLimiterQueue(new RateLimiterMemory({ points: JOBS_A_SECOND, duration: 1 }));
  const privateChats = new RateLimiterMemory(PRIVATE_CHAT);
  const groups = new RateLimiterMemory(GROUP);
  const progress = new RateLimiterMemory({ points: PROGRESS_A_SECOND, duration: 1 });
  const progressInChat = new RateLimiterMemory({ points: 1, duration: 1 });

  /** Groups have negative ids. */
  const limiterOf = (chatId: number) => (chatId < 0 ? groups : privateChats);

  return {
    async turn(chatId) {
      try {
        await limiterOf(chatId).consume(chatId);
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        const retryAfterMs = Math.max(refused.msBeforeNext, 50);
        throw new RetryableError('chat_pace', 'This chat has had its share. Wait.', { retryAfterMs });
      }
      await all.removeTokens(1);
    },

    async spare(chatId) {
      const used = (await limiterOf(chatId).get(chatId))?.consumedPoints ?? 0;
      // The other half is the answers'.
      if (used > limiterOf(chatId).points / 2) return false;
      try {
        await progress.consume('all');
        await progressInChat.consume(chatId);
        if (chatId < 0) await groups.consume(chatId);
        return true;
      } catch {
        return false;
      }
    },

    async waitFor(turns, chatId) {
      const { points, duration } = limiterOf(chatId);
      const window = await limiterOf(chatId).get(chatId);
      const beyond = turns - (window?.remainingPoints ?? points);
      if (beyond <= 0) return 0;
      const nextMs = window?.msBeforeNext ?? duration * 1000;
      return nextMs + Math.floor((beyond - 1) / points) * duration * 1000;
    },

    hold(chatId, ms) {
      void limiterOf(chatId).block(chatId, Math.ceil(ms / 1000));
    },
  };
}

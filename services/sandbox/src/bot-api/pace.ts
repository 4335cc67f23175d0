import type { Chat } from '../chat/chat.ts';
import { tooManyRequests } from './api-error.ts';

/** Most messages sent and edited in a group within a minute. */
const GROUP_LIMIT = 20;
const GROUP_WINDOW_MS = 60_000;
/** Messages of a burst in any chat. After it, one a second. */
const BURST = 5;
const REFILL_MS = 1_000;

/**
 * Telegram's limits for sending and editing, as far as known: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
 * Deleting, getFile and chat actions don't count.
 */
export class Pace {
  isOn = false;
  /** By chat: times of the last minute's messages, oldest first. */
  #times = new Map<number, number[]>();
  /** By chat: time when a whole burst is allowed again. */
  #full = new Map<number, number>();

  /** Counts messages, or throws ApiError 429 if they are too many. */
  count({ id, kind }: Chat, messages: number): void {
    if (!this.isOn) return;
    const now = Date.now();
    const times = (this.#times.get(id) ?? []).filter((time) => time > now - GROUP_WINDOW_MS);
    const full = Math.max(this.#full.get(id) ?? now, now);
    // An album may exceed the rest of a burst, or it could never be sent.
    const burstWait = full + REFILL_MS - now - BURST * REFILL_MS;
    const overGroup = kind === 'private' ? 0 : times.length + messages - GROUP_LIMIT;
    const groupWait = overGroup > 0 ? times[overGroup - 1]! + GROUP_WINDOW_MS - now : 0;
    const wait = Math.max(burstWait, groupWait);
    if (wait > 0) throw tooManyRequests(Math.ceil(wait / 1000));
    this.#times.set(id, [...times, ...Array.from({ length: messages }, () => now)]);
    this.#full.set(id, full + messages * REFILL_MS);
  }
}

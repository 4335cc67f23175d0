import type { Chat } from '../chat/chat.ts';
import { tooManyRequests } from './api-error.ts';

/** Most messages sent and edited in a group within a minute. */
const GROUP_LIMIT = 20;
const GROUP_WINDOW_MS = 60_000;
/** Burst of messages in any chat. After it, one a second. */
const BURST = 5;
const REFILL_MS = 1_000;

/**
 * Counts as Telegram does what is sent and edited, as far as is known: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
 * Deleting, getFile and chat actions don't count. Off, it lets all pass.
 */
export class Pace {
  isOn = false;
  /** By chat: when each of the last minute's was, oldest first. */
  #times = new Map<number, number[]>();
  /** By chat: when its burst is full again. */
  #full = new Map<number, number>();

  /** Throws ApiError 429 when `messages` more are too many now; those don't count. */
  count({ id, kind }: Chat, messages: number): void {
    if (!this.isOn) return;
    const now = Date.now();
    const times = (this.#times.get(id) ?? []).filter((time) => time > now - GROUP_WINDOW_MS);
    const full = Math.max(this.#full.get(id) ?? now, now);
    // An album may be larger than what a burst has left, or nobody could ever send one.
    const burstWait = full + REFILL_MS - now - BURST * REFILL_MS;
    const overGroup = kind === 'private' ? 0 : times.length + messages - GROUP_LIMIT;
    const groupWait = overGroup > 0 ? times[overGroup - 1]! + GROUP_WINDOW_MS - now : 0;
    const wait = Math.max(burstWait, groupWait);
    if (wait > 0) throw tooManyRequests(Math.ceil(wait / 1000));
    this.#times.set(id, [...times, ...Array.from({ length: messages }, () => now)]);
    this.#full.set(id, full + messages * REFILL_MS);
  }
}

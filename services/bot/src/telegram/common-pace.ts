/** If this many chats that had few messages are refused within `WITHIN_MS`, the bot is too fast in all chats together. */
const CHATS = 3;
const WITHIN_MS = 5_000;
/** For this time refusals don't count: they are of messages that were sent before the bot slowed down. */
const DEAF_MS = 2_000;
const SLOWEST_A_SECOND = 2;
/** Turns a second by which the pace grows every second: from 15 to 30 in a minute. */
const GROWTH = 0.25;
/** No bot is this fast: then there is no limit again. */
const NO_LIMIT_A_SECOND = 100;
/** Time constant of the moving average of turns. */
const MEMORY_MS = 1_000;

/**
 * The pace of all chats together. Telegram names no limit for answers ("30 a second" is for broadcasts), so the bot starts without.
 * Refusals halve the pace, which then grows slowly (additive increase, multiplicative decrease, as in TCP).
 */
export class CommonPace {
  #limit: { aSecond: number; since: number } | undefined;
  #nextAt = 0;
  /** Moving average of turns a second. */
  #load = 0;
  #loadAt = 0;
  /** When chats that had few messages were refused last. */
  #refused = new Map<string, number>();

  /** Takes the next turn. Returns how long to wait for it. */
  take(now: number): number {
    this.#load = this.#loadNow(now) + 1;
    this.#loadAt = now;
    const limit = this.#limitNow(now);
    if (limit === undefined) return 0;
    const at = Math.max(now, this.#nextAt);
    this.#nextAt = at + 1000 / limit;
    return at - now;
  }

  get isLimited(): boolean {
    return this.#limit !== undefined;
  }

  /** A chat that had few messages was refused. Returns the new pace, in turns a second, if that changes it. */
  refused(chatId: string, now: number): number | undefined {
    this.#refused.set(chatId, now);
    for (const [chat, at] of this.#refused) if (now - at > WITHIN_MS) this.#refused.delete(chat);
    if (this.#refused.size < CHATS || (this.#limit && now - this.#limit.since < DEAF_MS)) return undefined;
    const pace = Math.min(this.#limitNow(now) ?? Number.POSITIVE_INFINITY, this.#loadNow(now));
    const aSecond = Math.max(SLOWEST_A_SECOND, pace / 2);
    this.#limit = { aSecond, since: now };
    this.#refused.clear();
    return aSecond;
  }

  #loadNow(now: number): number {
    return this.#load * Math.exp((this.#loadAt - now) / MEMORY_MS);
  }

  #limitNow(now: number): number | undefined {
    if (this.#limit === undefined) return undefined;
    const aSecond = this.#limit.aSecond + (GROWTH * (now - this.#limit.since)) / 1000;
    if (aSecond < NO_LIMIT_A_SECOND) return aSecond;
    this.#limit = undefined;
    return undefined;
  }
}

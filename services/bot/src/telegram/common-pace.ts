/** Refusals in so many chats, within so long, that are not the chats' own: Telegram means the bot. */
const CHATS = 3;
const WITHIN_MS = 5_000;
/** What was sent before the bot slowed down is still refused after it. */
const DEAF_MS = 2_000;
const SLOWEST_A_SECOND = 2;
/** With each second the pace grows by so many turns a second: from half of 30 to all of it in a minute. */
const GROWTH = 0.25;
/** No bot gets there: the limit has served its time. */
const NO_LIMIT_A_SECOND = 100;
/** Over which the turns of the last while are counted. */
const MEMORY_MS = 1_000;

/**
 * The pace of all chats together. Telegram names no limit for answers ("30 a second" is about broadcasts), so there is none until
 * refusals teach one: then the pace is halved, and grows again slowly (additive increase, multiplicative decrease, as TCP's).
 */
export class CommonPace {
  #limit: { aSecond: number; since: number } | undefined;
  #nextAt = 0;
  /** Turns a second, of late. */
  #load = 0;
  #loadAt = 0;
  /** When a chat was refused last that was not to blame. */
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

  /** Telegram refused a message to a chat that had got few. Returns the pace, in turns a second, if that changed it. */
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

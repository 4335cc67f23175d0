/** At most `most` messages within any `ms`. */
interface Share {
  most: number;
  ms: number;
}

/** One message a second on average. An album of ten is answered at once. */
const ANY_CHAT: Share = { most: 10, ms: 10_000 };
/** Telegram's limit is 20 in 60 s. Calls arrive some time after their turn, so 60 s would now and then be one message too many. */
const GROUP: Share = { most: 20, ms: 61_500 };
/** For this time after a refusal there are no bursts. */
const SLOW_MS = 120_000;
/** A caller that comes back later than this after its time has lost its place in the line. */
const LATE_MS = 10_000;
/** In this time one caller may go ahead of the line. */
const AHEAD_EVERY_MS = 10_000;
/** The time between two messages or edits that only show progress. */
const SPARE_EVERY_MS = 1_000;
/** The same after a refusal. */
const SPARE_SLOWLY_MS = 10_000;

/**
 * The turns of one chat, in sliding windows, and the line of callers that wait. Telegram's limits are at
 * https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this. All times are milliseconds of one clock.
 */
export class ChatTurns {
  #shares: Share[];
  /** The share that limits the chat in the long run. */
  #share: Share;
  /** When turns were taken, the oldest first. */
  #taken: number[] = [];
  /** The callers that wait, the first in front, and when they were told to come back. */
  #line = new Map<string, number>();
  #heldUntil = 0;
  #slowUntil = 0;
  #aheadAt = Number.NEGATIVE_INFINITY;
  #spareAt = Number.NEGATIVE_INFINITY;

  constructor(isGroup: boolean) {
    this.#share = isGroup ? GROUP : ANY_CHAT;
    this.#shares = isGroup ? [ANY_CHAT, GROUP] : [ANY_CHAT];
  }

  /** Takes a turn behind the line and returns 0 or less. Else returns how long to wait, and puts `who` into the line. */
  take(now: number, who?: string): number {
    this.#forgetLate(now);
    const place = who === undefined ? -1 : [...this.#line.keys()].indexOf(who);
    const wait = this.waitFor(now, (place >= 0 ? place : this.#line.size) + 1);
    if (wait <= 0) {
      if (who !== undefined) this.#line.delete(who);
      this.#taken.push(now);
    } else if (who !== undefined) {
      this.#line.set(who, now + wait);
    }
    return wait;
  }

  /** As `take`, but ahead of the line, unless another caller has just gone ahead. */
  takeAhead(now: number): number {
    const wait = this.waitFor(now, 1);
    const until = this.#aheadAt + AHEAD_EVERY_MS - now;
    if (until > 0) return Math.min(this.take(now), Math.max(wait, until));
    if (wait > 0) return wait;
    this.#aheadAt = now;
    this.#taken.push(now);
    return 0;
  }

  /** Takes a turn if nobody waits and half of the share is left: the other half is for answers. */
  takeSpare(now: number): boolean {
    this.#forgetLate(now);
    const { most, ms } = this.#share;
    if (this.#line.size > 0 || this.turnsIn(now, ms) > most / 2) return false;
    const every = now < this.#slowUntil ? SPARE_SLOWLY_MS : SPARE_EVERY_MS;
    if (now - this.#spareAt < every || this.waitFor(now, 1) > 0) return false;
    this.#spareAt = now;
    this.#taken.push(now);
    return true;
  }

  /** How long until this many more turns can have been taken. */
  waitFor(now: number, turns: number): number {
    if (turns <= 0) return 0;
    const { most, ms } = this.#share;
    // A turn comes `ms` after the one that is `most` turns before it.
    const rounds = Math.floor((turns - 1) / most);
    const times = this.#taken.slice(-most);
    for (let i = rounds * most; i < turns; i++) times.push(this.#nextAfter(times, now));
    return Math.max(0, times.at(-1)! - now) + rounds * ms;
  }

  /** Telegram wants the chat left alone for `ms`. The turns that follow come one by one. */
  hold(now: number, ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, now + ms);
    this.#slowUntil = this.#heldUntil + SLOW_MS;
  }

  turnsIn(now: number, ms: number): number {
    return this.#taken.filter((at) => at > now - ms).length;
  }

  /** Whether the chat can be forgotten. */
  isQuiet(now: number): boolean {
    this.#forgetLate(now);
    const lastAt = this.#taken.at(-1) ?? Number.NEGATIVE_INFINITY;
    return this.#line.size === 0 && now >= this.#slowUntil && now - lastAt > Math.max(this.#share.ms, AHEAD_EVERY_MS);
  }

  #nextAfter(times: readonly number[], now: number): number {
    const free = this.#shares.map(({ most, ms }) => (times.at(-most) ?? Number.NEGATIVE_INFINITY) + ms);
    const next = Math.max(now, this.#heldUntil, ...free);
    if (next >= this.#slowUntil || times.length === 0) return next;
    return Math.max(next, times.at(-1)! + this.#share.ms / this.#share.most);
  }

  #forgetLate(now: number): void {
    this.#taken.splice(0, this.#taken.length - this.#share.most);
    for (const [who, at] of this.#line) {
      if (now - at > LATE_MS) this.#line.delete(who);
    }
  }
}

/** At most so many messages within any `ms`. */
interface Share {
  most: number;
  ms: number;
}

/** One a second, but an album of ten is answered at once. */
const ANY_CHAT: Share = { most: 10, ms: 10_000 };
/** Calls arrive sooner or later after their turn: with 60 s sharp, one too many would now and then be within Telegram's minute. */
const GROUP: Share = { most: 20, ms: 61_500 };
/** After a refusal there are no bursts for so long. */
const SLOW_MS = 120_000;
/** Who doesn't come back for so long after their time has lost their place. */
const LATE_MS = 10_000;
/** So often somebody may go ahead of those who wait. */
const AHEAD_EVERY_MS = 10_000;
/** Between two messages or edits that only show progress, */
const SPARE_EVERY_MS = 1_000;
/** and in the slow time after a refusal. */
const SPARE_SLOWLY_MS = 10_000;

/**
 * The turns of one chat: what Telegram takes there (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this)
 * in windows that slide, and the line of those who wait. All times are milliseconds of one clock.
 */
export class ChatTurns {
  #shares: Share[];
  /** The share that holds in the long run. */
  #share: Share;
  /** When turns were taken, the oldest first. */
  #taken: number[] = [];
  /** Who waits, the first in front, and when they were told to come back. */
  #line = new Map<string, number>();
  #heldUntil = 0;
  #slowUntil = 0;
  #aheadAt = Number.NEGATIVE_INFINITY;
  #spareAt = Number.NEGATIVE_INFINITY;

  constructor(isGroup: boolean) {
    this.#share = isGroup ? GROUP : ANY_CHAT;
    this.#shares = isGroup ? [ANY_CHAT, GROUP] : [ANY_CHAT];
  }

  /** Takes a turn behind those who wait. Else returns how long to wait; `who` then has a place in the line. */
  take(now: number, who?: string): number {
    this.#dropTheLate(now);
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

  /** Takes a turn ahead of those who wait; behind them if somebody just did. Else returns how long to wait. */
  takeAhead(now: number): number {
    const wait = this.waitFor(now, 1);
    const until = this.#aheadAt + AHEAD_EVERY_MS - now;
    if (until > 0) return Math.min(this.take(now), Math.max(wait, until));
    if (wait > 0) return wait;
    this.#aheadAt = now;
    this.#taken.push(now);
    return 0;
  }

  /** Takes a turn if nobody waits and half of the share is left: the other half is the answers'. */
  takeSpare(now: number): boolean {
    this.#dropTheLate(now);
    const { most, ms } = this.#share;
    if (this.#line.size > 0 || this.turnsIn(now, ms) > most / 2) return false;
    const every = now < this.#slowUntil ? SPARE_SLOWLY_MS : SPARE_EVERY_MS;
    if (now - this.#spareAt < every || this.waitFor(now, 1) > 0) return false;
    this.#spareAt = now;
    this.#taken.push(now);
    return true;
  }

  /** How long until there were so many more turns. */
  waitFor(now: number, turns: number): number {
    if (turns <= 0) return 0;
    const { most, ms } = this.#share;
    // The time of each turn is that of the one `most` before, and `ms`.
    const rounds = Math.floor((turns - 1) / most);
    const times = this.#taken.slice(-most);
    for (let i = rounds * most; i < turns; i++) times.push(this.#nextAfter(times, now));
    return Math.max(0, times.at(-1)! - now) + rounds * ms;
  }

  /** Telegram refused, and wants the chat left alone for so long. The turns that follow come one by one. */
  hold(now: number, ms: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, now + ms);
    this.#slowUntil = this.#heldUntil + SLOW_MS;
  }

  turnsIn(now: number, ms: number): number {
    return this.#taken.filter((at) => at > now - ms).length;
  }

  /** Nothing has to be remembered of it. */
  isQuiet(now: number): boolean {
    this.#dropTheLate(now);
    const lastAt = this.#taken.at(-1) ?? Number.NEGATIVE_INFINITY;
    return this.#line.size === 0 && now >= this.#slowUntil && now - lastAt > Math.max(this.#share.ms, AHEAD_EVERY_MS);
  }

  #nextAfter(times: readonly number[], now: number): number {
    const free = this.#shares.map(({ most, ms }) => (times.at(-most) ?? Number.NEGATIVE_INFINITY) + ms);
    const next = Math.max(now, this.#heldUntil, ...free);
    if (next >= this.#slowUntil || times.length === 0) return next;
    return Math.max(next, times.at(-1)! + this.#share.ms / this.#share.most);
  }

  #dropTheLate(now: number): void {
    this.#taken.splice(0, this.#taken.length - this.#share.most);
    for (const [who, at] of this.#line) {
      if (now - at > LATE_MS) this.#line.delete(who);
    }
  }
}

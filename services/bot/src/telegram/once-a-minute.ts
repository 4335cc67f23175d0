const MINUTE_MS = 60_000;

/** Keeps what happens all the time from being said all the time. */
export class OnceAMinute {
  #lastAt = Number.NEGATIVE_INFINITY;

  /** True at most once a minute. */
  mayPass(): boolean {
    const now = performance.now();
    if (now - this.#lastAt < MINUTE_MS) return false;
    this.#lastAt = now;
    return true;
  }
}

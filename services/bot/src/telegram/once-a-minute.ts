const MINUTE_MS = 60_000;

/** Limits how often a log line is written. */
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

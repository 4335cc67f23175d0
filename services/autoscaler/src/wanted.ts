export interface Situation {
  /** Messages of `to_estimate` that wait. */
  waiting: number;
  /** Estimator seconds that one photo takes; undefined until one was seen. */
  secondsPerPhoto: number | undefined;
  /** How many estimators were busy since the last look, on average. */
  busy: number;
}

export interface Bounds {
  min: number;
  max: number;
  /** Messages that wait now are to be estimated within this many seconds. */
  targetWaitSeconds: number;
}

/** Seconds per photo until one was measured: an average photo on an average machine. */
const FIRST_GUESS_SECONDS = 0.3;
/** Share of its time that an estimator may be busy. Above it, queues grow by chance alone. */
const MOST_BUSY = 0.8;

/**
 * How many estimators are wanted: enough to estimate the waiting photos in time, and enough for the photos that keep
 * coming.
 */
export function estimatorsWanted({ waiting, secondsPerPhoto, busy }: Situation, bounds: Bounds): number {
  const forQueue = Math.ceil((waiting * (secondsPerPhoto ?? FIRST_GUESS_SECONDS)) / bounds.targetWaitSeconds);
  const forStream = Math.ceil(busy / MOST_BUSY);
  return Math.min(bounds.max, Math.max(bounds.min, forQueue, forStream));
}

/**
 * Scales up at once, and down only to the most that was wanted within the last `calmMs`: a pause between two bursts costs
 * nothing, and the number of estimators does not swing.
 */
export class SteadyChoice {
  #calmMs: number;
  #recent: { at: number; wanted: number }[] = [];
  #since: number | undefined;

  constructor(calmMs: number) {
    this.#calmMs = calmMs;
  }

  choose(wanted: number, current: number, now: number): number {
    this.#since ??= now;
    this.#recent = [...this.#recent.filter(({ at }) => now - at < this.#calmMs), { at: now, wanted }];
    const most = Math.max(...this.#recent.map((look) => look.wanted));
    // What was wanted before the first look is unknown.
    const floor = now - this.#since < this.#calmMs ? current : 0;
    return Math.max(most, floor);
  }
}

interface Situation {
  /** Messages that wait in `to_estimate`. */
  waiting: number;
  /** Seconds of an estimator's work for a photo; undefined before the first photo. */
  secondsPerPhoto: number | undefined;
  /** Number of busy estimators since the last look, on average. */
  busy: number;
}

export interface Bounds {
  min: number;
  max: number;
  /** Time in which the waiting messages should be estimated. */
  targetWaitSeconds: number;
}

/** Seconds a photo before the first measurement: an average photo on an average machine. */
const FIRST_GUESS_SECONDS = 0.3;
/** The most of its time that an estimator should be busy. Above that, queues grow by chance. */
const MOST_BUSY = 0.8;

/** The number of estimators for the waiting photos and for the steady stream of photos, whichever needs more. */
export function estimatorsWanted({ waiting, secondsPerPhoto, busy }: Situation, bounds: Bounds): number {
  const forQueue = Math.ceil((waiting * (secondsPerPhoto ?? FIRST_GUESS_SECONDS)) / bounds.targetWaitSeconds);
  const forStream = Math.ceil(busy / MOST_BUSY);
  return Math.min(bounds.max, Math.max(bounds.min, forQueue, forStream));
}

/**
 * Scales up at once, but down only to the highest number that was wanted within the last `calmMs`. So the number of
 * estimators does not swing, and stays the same between two bursts.
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
    // Before the first look, more may have been wanted.
    const floor = now - this.#since < this.#calmMs ? current : 0;
    return Math.max(most, floor);
  }
}

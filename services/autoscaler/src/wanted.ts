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
  /** What waits shall be worked off within so many seconds. */
  targetWaitSeconds: number;
}

/** Of the measured, before any was measured: a middling photo on a middling machine. */
const FIRST_GUESS_SECONDS = 0.3;
/** Share of its time an estimator may be busy: beyond it, queues grow by chance alone. */
const MOST_BUSY = 0.8;

/**
 * Estimators wanted for a situation: enough to work off what waits in time, and enough that those there are now would
 * not be too few for the stream of photos.
 */
export function estimatorsWanted({ waiting, secondsPerPhoto, busy }: Situation, bounds: Bounds): number {
  const forQueue = Math.ceil((waiting * (secondsPerPhoto ?? FIRST_GUESS_SECONDS)) / bounds.targetWaitSeconds);
  const forStream = Math.ceil(busy / MOST_BUSY);
  return Math.min(bounds.max, Math.max(bounds.min, forQueue, forStream));
}

/**
 * Hysteresis: up at once, down only to the most that was wanted within the last `calmMs`. So a pause between two bursts
 * costs nothing, and nothing swings.
 */
export function createSteadyChoice(calmMs: number) {
  let recent: { at: number; wanted: number }[] = [];
  let since: number | undefined;

  return (wanted: number, current: number, now: number): number => {
    since ??= now;
    recent = [...recent.filter(({ at }) => now - at < calmMs), { at: now, wanted }];
    const most = Math.max(...recent.map((look) => look.wanted));
    // What was before the first look is unknown.
    const floor = now - since < calmMs ? current : 0;
    return Math.max(most, floor);
  };
}

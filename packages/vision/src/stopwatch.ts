import { STAGES, type Stage } from './vision.ts';

/** Times the stages of one photo. */
export interface Stopwatch {
  /** The time since the last lap (or the start) belongs to this stage. */
  lap(stage: Stage): void;
  /** Wall milliseconds by stage, 0 for those that did not run, and in all. */
  read(): Record<Stage | 'total', number>;
}

export function startStopwatch(): Stopwatch {
  const start = performance.now();
  let last = start;
  const ms = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;
  return {
    lap(stage) {
      const now = performance.now();
      ms[stage] += now - last;
      last = now;
    },
    read: () => ({ ...ms, total: performance.now() - start }),
  };
}

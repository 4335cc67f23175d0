import { STAGES, type Stage, type Times } from './vision.ts';

const NO_TIMES = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;

/** Times the stages of one photo, in milliseconds: by the clock, and in CPU time of the whole process. Starts when it is made. */
export class Stopwatch {
  readonly #ms: Record<Stage, number>;
  readonly #cpuMs: Record<Stage, number>;
  readonly #start = now();
  #last = { ...this.#start };

  /** @param decode milliseconds that decoding took, if the photo is decoded already */
  constructor(decode = { ms: 0, cpuMs: 0 }) {
    this.#ms = { ...NO_TIMES, decode: decode.ms };
    this.#cpuMs = { ...NO_TIMES, decode: decode.cpuMs };
    this.#start.ms -= decode.ms;
    this.#start.cpuMs -= decode.cpuMs;
  }

  /** Adds the time since the last lap, or since the start, to a stage. */
  lap(stage: Stage): void {
    const time = now();
    this.#ms[stage] += time.ms - this.#last.ms;
    this.#cpuMs[stage] += time.cpuMs - this.#last.cpuMs;
    this.#last = time;
  }

  /** The time of each stage, 0 for those that did not run, and the total. */
  read(): { ms: Times; cpuMs: Times } {
    const { ms, cpuMs } = now();
    return {
      ms: { ...this.#ms, total: ms - this.#start.ms },
      cpuMs: { ...this.#cpuMs, total: cpuMs - this.#start.cpuMs },
    };
  }
}

/** CPU time is user and system time of all threads. */
function now(): { ms: number; cpuMs: number } {
  const { user, system } = process.cpuUsage();
  return { ms: performance.now(), cpuMs: (user + system) / 1000 };
}

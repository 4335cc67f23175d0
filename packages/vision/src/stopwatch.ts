import { STAGES, type Stage, type Times } from './vision.ts';

const NO_TIMES = Object.fromEntries(STAGES.map((stage) => [stage, 0])) as Record<Stage, number>;

/** Times the stages of one photo. */
export interface Stopwatch {
  /** The time since the last lap (or the start) belongs to this stage. */
  lap(stage: Stage): void;
  /** Wall-clock and CPU milliseconds by stage and in all; 0 for stages that did not run. CPU time is that of the whole process. */
  read(): { ms: Times; cpuMs: Times };
}

/** @param before milliseconds of decoding, if the photo is decoded already */
export function startStopwatch(before = { ms: 0, cpuMs: 0 }): Stopwatch {
  const clock = startTimes(() => performance.now(), before.ms);
  const cpu = startTimes(cpuTime, before.cpuMs);
  return {
    lap(stage) {
      clock.lap(stage);
      cpu.lap(stage);
    },
    read: () => ({ ms: clock.read(), cpuMs: cpu.read() }),
  };
}

function startTimes(now: () => number, decode: number) {
  let last = now();
  const start = last - decode;
  const times = { ...NO_TIMES, decode };
  return {
    lap(stage: Stage) {
      const time = now();
      times[stage] += time - last;
      last = time;
    },
    read: (): Times => ({ ...times, total: now() - start }),
  };
}

/** User and system time of all threads of this process, milliseconds. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

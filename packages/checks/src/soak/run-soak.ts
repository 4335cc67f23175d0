import { setTimeout as sleep } from 'node:timers/promises';
import { read } from '../faults/run-fault.ts';
import { type Tally, tally } from '../harness/answers/tally.ts';
import type { OnProgress } from '../harness/command/progress-line.ts';
import { startLoad } from '../harness/load/load.ts';
import { makeSamples } from '../harness/load/samples.ts';
import { startSuite } from '../harness/suite/suite.ts';
import { draw } from './draw.ts';
import { type Growth, judge } from './judge.ts';
import { watchMemory } from './watch-memory.ts';

export interface SoakOptions {
  minutes: number;
  /** Photos a second. */
  rate: number;
  users: number;
  logDir?: string | undefined;
  /** Where it was measured, one line each. */
  machine: string[];
  onProgress: OnProgress;
  /** Everything that runs is in here; disposing it ends it. */
  opened: AsyncDisposableStack;
}

export interface Soaked {
  growths: Growth[];
  /** What is not as it should be, in words. */
  problems: string[];
  svg: string;
}

const SAMPLE_MS = 1_000;
const ANSWERED_WITHIN_MS = 120_000;

/** Has photos sent to the real parts at a steady pace and watches the memory of every process of ours. */
export async function runSoak(options: SoakOptions): Promise<Soaked> {
  const { minutes, rate, users, machine, onProgress, opened } = options;
  onProgress('starting RabbitMQ, Redis, sandbox, bot and estimators');
  const suite = await startSuite(opened, { logDir: options.logDir });
  const photos = Math.round(minutes * 60 * rate);
  const { sandbox, processes } = suite;

  const load = startLoad({ sandbox, samples: await makeSamples(), photos, users, rate, firstUser: 1 });
  const watch = watchMemory(processes, SAMPLE_MS);
  const started = performance.now();
  const telling = setInterval(() => onProgress('sending photos', `${load.sent.length} of ${photos}`), SAMPLE_MS);
  try {
    await load.done;
  } finally {
    clearInterval(telling);
    await watch.stop();
  }
  const lengthMs = performance.now() - started;

  onProgress('waiting for the last answers');
  const counted = await whenAnswered(() => tally({ load, sandbox, read, unreachable: [] }));
  const growths = judge(watch.memory, lengthMs);
  const problems = [
    ...growths.filter(({ ok }) => !ok).map(({ name }) => `the memory of ${name} grows`),
    ...processes.filter(({ restarts }) => restarts > 0).map(({ name }) => `${name} ended and was started anew`),
    ...(counted.once === counted.sent ? [] : [`${counted.sent - counted.once} photos were not answered once`]),
  ];
  const verdict = problems.length === 0 ? 'memory stays flat' : problems.join(', ');
  const title = `${Math.round(lengthMs / 6_000) / 10} minutes, ${photos} photos: ${verdict}`;
  const [computer, ...rest] = machine;
  const notes = [`${computer} · resident memory of each process, ${rate} photos a second`, rest.join(' · ')];
  const svg = draw({ title, notes, memory: watch.memory, growths, lengthMs });
  return { growths, problems, svg };
}

async function whenAnswered(count: () => Promise<Tally>): Promise<Tally> {
  const end = Date.now() + ANSWERED_WITHIN_MS;
  for (;;) {
    const counted = await count();
    if (counted.unanswered === 0 || Date.now() > end) return counted;
    await sleep(SAMPLE_MS);
  }
}

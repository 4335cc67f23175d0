import { Repeated } from '@attrai/contracts/repeated';
import { whenAnswered } from '../harness/answers/when-answered.ts';
import type { OnProgress } from '../harness/command/progress-line.ts';
import { Crowd } from '../harness/load/crowd.ts';
import { sendSteadily } from '../harness/load/paces.ts';
import { makeSamples } from '../harness/load/samples.ts';
import { startSuite } from '../harness/suite/start-suite.ts';
import { draw } from './draw.ts';
import { type Growth, judge } from './judge.ts';
import { MemoryWatch } from './watch-memory.ts';

interface SoakOptions {
  minutes: number;
  /** Photos a second. */
  rate: number;
  users: number;
  logDir?: string | undefined;
  machine: string[];
  onProgress: OnProgress;
  /** Disposing it ends everything that runs. */
  opened: AsyncDisposableStack;
}

interface Soaked {
  growths: Growth[];
  problems: string[];
  svg: string;
}

const SAMPLE_MS = 1_000;
const ANSWERED_WITHIN_MS = 120_000;

/** Sends photos to a suite on real servers at a steady rate, and watches the memory of our processes. */
export async function runSoak(options: SoakOptions): Promise<Soaked> {
  const { minutes, rate, users, machine, onProgress, opened } = options;
  onProgress('starting RabbitMQ, Redis, sandbox, bot and estimators');
  const suite = await startSuite(opened, { logDir: options.logDir });
  const photos = Math.round(minutes * 60 * rate);
  const processes = [suite.bot, ...suite.estimators, suite.sandboxProcess];

  const crowd = new Crowd(suite.sandbox, await makeSamples(), users);
  const watch = new MemoryWatch(processes, SAMPLE_MS);
  const started = performance.now();
  const telling = new Repeated(SAMPLE_MS, () => onProgress('sending photos', `${crowd.sent.length} of ${photos}`));
  try {
    await sendSteadily(crowd, photos, rate);
  } finally {
    await telling.stop();
    await watch.stop();
  }
  const lengthMs = performance.now() - started;

  onProgress('waiting for the last answers');
  const counted = await whenAnswered(crowd, ANSWERED_WITHIN_MS);
  const growths = judge(watch.memory, lengthMs);
  const problems = [
    ...growths.filter(({ ok }) => !ok).map(({ name }) => `the memory of ${name} grows`),
    ...processes.filter(({ restarts }) => restarts > 0).map(({ name }) => `${name} ended and was restarted`),
    ...(counted.once === counted.sent ? [] : [`${counted.sent - counted.once} photos did not get exactly one answer`]),
  ];
  const verdict = problems.length === 0 ? 'memory stays flat' : problems.join(', ');
  const title = `${Math.round(lengthMs / 6_000) / 10} minutes, ${photos} photos: ${verdict}`;
  const [computer, ...rest] = machine;
  const notes = [`${computer} · resident memory of each process, ${rate} photos a second`, rest.join(' · ')];
  const svg = draw({ title, notes, memory: watch.memory, growths, lengthMs });
  return { growths, problems, svg };
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from '@attrai/broker/broker';
import { TO_ESTIMATE } from '@attrai/contracts/queues';
import type { OnProgress } from '../../harness/command/progress-line.ts';
import type { Crowd } from '../../harness/load/crowd.ts';
import type { Sample } from '../../harness/load/samples.ts';
import type { Suite } from '../../harness/suite/suite.ts';
import type { QueueFigures } from './figures.ts';
import { startMeter } from './meter.ts';
import { gather } from './speed.ts';
import { cpuPerPhoto } from './usage.ts';

interface QueueOptions {
  suite: Suite;
  broker: Broker;
  /** Small, because estimating them should cost little. */
  photos: readonly Sample[];
  lengths: number[];
  /** Number of photos that are accepted, then answered, at each length. */
  sample: number;
  onProgress: OnProgress;
}

/** The most photos that are sent but not yet in the queue. */
const AHEAD = 60;
const LOOK_MS = 50;
/** RabbitMQ still works for a moment on what was published. */
const SETTLE_MS = 1_500;

/** Measures the cost of accepting and of answering a photo at each queue length. One estimator runs, only to answer. */
export async function measureQueue(options: QueueOptions): Promise<QueueFigures[]> {
  const { suite, broker, photos, lengths, sample, onProgress } = options;
  const [estimator, ...others] = suite.estimators;
  await Promise.all([estimator, ...others].map((one) => one!.pause()));
  const crowd = gather(suite, photos);
  const measured: QueueFigures[] = [];
  for (const waiting of lengths) {
    await fill(crowd, broker, waiting, (now) => onProgress('filling the queue', `${now} of ${waiting} wait`));
    onProgress(`accepting and answering ${sample} photos while ${waiting} wait`);
    await sleep(SETTLE_MS);
    const accept = await meterAccepting(crowd, options, waiting);
    const answer = await meterAnswering(options, waiting);
    measured.push({ waiting, photos: sample, accept, answer });
  }
  return measured;
}

type Accepting = Promise<QueueFigures['accept']>;

async function meterAccepting(crowd: Crowd, { suite, broker, sample }: QueueOptions, waiting: number): Accepting {
  const read = await startMeter(suite);
  await fill(crowd, broker, waiting + sample);
  const { bot, rabbitmq, redis } = cpuPerPhoto(await read(), sample);
  return { bot, rabbitmq, redis };
}

async function meterAnswering({ suite, broker }: QueueOptions, waiting: number): Promise<QueueFigures['answer']> {
  const estimator = suite.estimators[0]!;
  const answered = () => suite.bot.counter('attrai_photos_answered_total');
  await estimator.changeTo();
  await estimator.untilReady();
  const [read, before] = [await startMeter(suite), await answered()];
  while ((await broker.depth(TO_ESTIMATE)) > waiting) await sleep(LOOK_MS);
  const cpu = await read();
  const count = Math.max(1, (await answered()) - before);
  await estimator.pause();
  const { bot, messaging, rabbitmq, redis } = cpuPerPhoto(cpu, count);
  return { bot, messaging, rabbitmq, redis };
}

/** Users send photos until `wanted` photos wait. */
async function fill(crowd: Crowd, broker: Broker, wanted: number, onProgress = (_now: number) => {}): Promise<void> {
  // Photos that have left the queue again.
  const done = crowd.sent.length - (await broker.depth(TO_ESTIMATE));
  for (;;) {
    const now = await broker.depth(TO_ESTIMATE);
    onProgress(now);
    if (now >= wanted) return;
    const next = Math.min(wanted, now + AHEAD) + done - crowd.sent.length;
    await Promise.all(Array.from({ length: Math.max(0, next) }, () => crowd.send()));
    await sleep(LOOK_MS);
  }
}

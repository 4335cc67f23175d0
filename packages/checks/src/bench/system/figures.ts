import { median } from 'simple-statistics';
import { z } from 'zod';

const amount = z.number().nonnegative();
const ms = amount.describe('CPU milliseconds a photo');

export const GOALS = {
  /** The most CPU milliseconds a photo of bot and estimators outside the pipeline. */
  outsideMs: 10,
  /** The least share of the photos/s of the plain pipeline. */
  share: 0.9,
  estimatorMb: 350,
  botMb: 150,
  /** The least photos/s that one bot answers. */
  botPhotosPerSecond: 30,
  /** The highest cost of a photo with the longest queue, as a multiple of the cost with the shortest. */
  growth: 1.25,
};

const plain = z.object({ processes: z.int(), photosPerSecond: amount, cpuMs: ms });

const load = z.object({
  estimators: z.int(),
  apart: z.boolean().describe('the vision thread of each estimator had its own core'),
  photosPerSecond: amount,
  shares: z.array(amount).min(1).describe('for each round: share of the photos/s of as many plain pipelines'),
  photos: z.int().describe('answered during the measurement'),
  cpuMs: z.object({
    pipeline: ms.describe('estimators, all threads but the main ones'),
    messaging: ms.describe('estimators, main threads'),
    bot: ms,
    rabbitmq: ms,
    redis: ms,
    sandbox: ms,
  }),
  calls: amount.describe('messages and edits a photo, with progress'),
});

const latency = z.object({
  estimators: z.int(),
  perSecond: amount.describe('photos that arrive a second'),
  photos: z.int(),
  unanswered: z.int(),
  percentiles: z.array(amount).length(101).describe('milliseconds from the photo to its answer, percentile 0 to 100'),
});

const queue = z.object({
  waiting: z.int().describe('photos that wait during the measurement'),
  photos: z.int(),
  accept: z.object({ bot: ms, rabbitmq: ms, redis: ms }),
  answer: z.object({ bot: ms, messaging: ms, rabbitmq: ms, redis: ms }),
});

const bot = z.object({
  photos: z.int().describe('answered during the measurement'),
  photosPerSecond: amount,
  cpuMs: ms,
  unanswered: z.int(),
  twice: z.int().describe('photos with more than one answer'),
});

/** The result of `pnpm bench system`, in docs/benchmarks.json. */
export const figures = z.object({
  v: z.literal(1),
  date: z.iso.date(),
  machine: z.array(z.string()),
  cores: z.int(),
  loadBefore: amount.describe('load average of the machine before the start'),
  photos: z.object({ count: z.int(), from: z.string() }),
  seconds: amount.describe('time of each speed measurement'),
  plain: z.array(plain),
  load: z.array(load),
  latency: z.array(latency),
  queue: z.array(queue),
  bot: bot.optional().describe('one bot with stand-ins for estimators; absent in figures of version 0.1'),
  peakMb: z.object({ bot: amount, estimator: amount }),
});

export type Figures = z.output<typeof figures>;
export type PlainSpeed = Figures['plain'][number];
export type LoadFigures = Figures['load'][number];
export type LatencyFigures = Figures['latency'][number];
export type BotFigures = z.output<typeof bot>;
export type QueueFigures = Figures['queue'][number];

/** CPU milliseconds a photo of bot and estimators outside the pipeline. */
export function outsideMs({ cpuMs }: LoadFigures): number {
  return cpuMs.bot + cpuMs.messaging;
}

/** Photos/s of the suite as a share of the photos/s of as many plain pipelines: the median of the rounds. */
export function shareOfPlain({ shares }: LoadFigures): number {
  return median(shares);
}

/** The pipeline's share of the estimators' CPU time. */
export function shareOfCpu({ cpuMs }: LoadFigures): number {
  return cpuMs.pipeline / (cpuMs.pipeline + cpuMs.messaging);
}

/** CPU milliseconds a photo from acceptance to answer, without the pipeline. */
export function queueCost({ accept, answer }: QueueFigures): number {
  return [...Object.values(accept), ...Object.values(answer)].reduce((sum, part) => sum + part, 0);
}

export function estimatorsOf(count: number): string {
  return count === 1 ? '1 estimator' : `${count} estimators`;
}

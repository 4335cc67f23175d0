import { median } from 'simple-statistics';
import { z } from 'zod';

const amount = z.number().nonnegative();
const ms = amount.describe('CPU milliseconds a photo');

/** The goals for the suite as a whole. */
export const GOALS = {
  /** CPU milliseconds a photo, at the most, of bot and estimators outside the pipeline. */
  outsideMs: 10,
  /** At least so much of the photos/s of the plain pipeline. */
  share: 0.9,
  estimatorMb: 350,
  botMb: 150,
  /** Photos/s that one bot answers, at least. */
  botPhotosPerSecond: 30,
  /** The cost of a photo with the longest queue, at the most, as a multiple of that with the shortest. */
  growth: 1.25,
};

const plain = z.object({ processes: z.int(), photosPerSecond: amount, cpuMs: ms });

const load = z.object({
  estimators: z.int(),
  apart: z.boolean().describe('the thread that looks at photos had a core of its own in each estimator'),
  photosPerSecond: amount,
  shares: z
    .array(amount)
    .min(1)
    .describe('of the photos/s that as many plain pipelines reached just before and after, in each round'),
  photos: z.int().describe('answered while this was measured'),
  cpuMs: z.object({
    pipeline: ms.describe('all other threads of the estimators'),
    messaging: ms.describe('the main threads of the estimators'),
    bot: ms,
    rabbitmq: ms,
    redis: ms,
    sandbox: ms,
  }),
  calls: amount.describe('messages and edits a photo, progress included'),
});

const latency = z.object({
  estimators: z.int(),
  perSecond: amount.describe('photos that arrive'),
  photos: z.int(),
  unanswered: z.int(),
  percentiles: z.array(amount).length(101).describe('milliseconds from the photo to its answer, percentile 0 to 100'),
});

const queue = z.object({
  waiting: z.int().describe('photos that wait meanwhile'),
  photos: z.int(),
  accept: z.object({ bot: ms, rabbitmq: ms, redis: ms }),
  answer: z.object({ bot: ms, messaging: ms, rabbitmq: ms, redis: ms }),
});

const bot = z.object({
  photos: z.int().describe('answered while this was measured'),
  photosPerSecond: amount,
  cpuMs: ms,
  unanswered: z.int(),
  twice: z.int().describe('photos with more than one answer'),
});

/** What `pnpm bench system` finds, as it stands in docs/benchmarks.json. */
export const figures = z.object({
  v: z.literal(1),
  date: z.iso.date(),
  machine: z.array(z.string()),
  cores: z.int(),
  loadBefore: amount.describe("the machine's load average when it began: what else ran"),
  photos: z.object({ count: z.int(), from: z.string() }),
  seconds: amount.describe('how long each speed was measured'),
  plain: z.array(plain),
  load: z.array(load),
  latency: z.array(latency),
  queue: z.array(queue),
  bot: bot.optional().describe('with estimators to spare; absent in figures of version 0.1'),
  peakMb: z.object({ bot: amount, estimator: amount }),
});

export type Figures = z.output<typeof figures>;
export type PlainSpeed = Figures['plain'][number];
export type LoadFigures = Figures['load'][number];
export type LatencyFigures = Figures['latency'][number];
export type BotFigures = z.output<typeof bot>;
export type QueueFigures = Figures['queue'][number];

/** CPU milliseconds a photo that our own processes spend outside the pipeline. */
export function outsideMs({ cpuMs }: LoadFigures): number {
  return cpuMs.bot + cpuMs.messaging;
}

/** The suite's photos/s as a share of what as many plain pipelines reach: the median of the rounds. */
export function shareOfPlain({ shares }: LoadFigures): number {
  return median(shares);
}

/** The pipeline's share of the CPU time that estimators take. */
export function shareOfCpu({ cpuMs }: LoadFigures): number {
  return cpuMs.pipeline / (cpuMs.pipeline + cpuMs.messaging);
}

/** CPU milliseconds for one photo from acceptance to answer, without the pipeline. */
export function queueCost({ accept, answer }: QueueFigures): number {
  return [...Object.values(accept), ...Object.values(answer)].reduce((sum, part) => sum + part, 0);
}

/** "1 estimator", "2 estimators". */
export function estimatorsOf(count: number): string {
  return count === 1 ? '1 estimator' : `${count} estimators`;
}

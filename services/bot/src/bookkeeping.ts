import type { Logger } from '@attrai/telemetry/logger';
import type { Redis } from 'ioredis';
import type { IntakeJob } from './intake/intake-job.ts';
import { createInProcessJobs } from './jobs/in-process-jobs.ts';
import type { JobQueue } from './jobs/job-queue.ts';
import { createRedisJobs } from './jobs/redis-jobs.ts';
import type { ActiveRequests } from './limits/active-requests.ts';
import { createInProcessActiveRequests } from './limits/in-process-active-requests.ts';
import type { Limits } from './limits/limits.ts';
import { createRedisActiveRequests } from './limits/redis-active-requests.ts';
import { createInProcessRequestRate, createRedisRequestRate, type RequestRate } from './limits/request-rate.ts';
import { connectRedis, untilReady } from './redis/connect-redis.ts';
import type { ReplyJob } from './replies/reply-job.ts';

/** Where the bot keeps its jobs and limits. */
export interface Bookkeeping {
  jobs: { intake: JobQueue<IntakeJob>; replies: JobQueue<ReplyJob> };
  activeRequests: ActiveRequests;
  requestRate: RequestRate;
  /** Whether it answers; a connection that hangs is noticed within 10 s. */
  readonly reachable: boolean;
  /** After the bot has stopped. */
  close(): Promise<void>;
}

export interface BookkeepingOptions {
  limits: Limits;
  logger: Logger;
  onFatal(error: unknown): void;
  /** The connection to Redis was lost and is there again. */
  onReconnected?(): void;
}

/** On Redis: outlives the process. Waits until Redis answers. */
export async function bookkeepingOnRedis(url: string, options: BookkeepingOptions): Promise<Bookkeeping> {
  const { limits, logger, onFatal } = options;
  const redis = connectRedis(url, logger, options.onReconnected);
  await untilReady(redis);
  warnIfItEvicts(redis, logger).catch((err) => logger.debug({ err }, 'Redis did not say whether it evicts'));
  return {
    jobs: {
      intake: createRedisJobs<IntakeJob>('intake', { redis, logger, onFatal }),
      replies: createRedisJobs<ReplyJob>('replies', { redis, logger, onFatal }),
    },
    activeRequests: createRedisActiveRequests({ redis, maxPerUser: limits.maxActivePerUser }),
    requestRate: createRedisRequestRate({ ...rateOf(limits), redis }),
    get reachable() {
      return redis.status === 'ready';
    },
    async close() {
      redis.disconnect();
    },
  };
}

/** In memory: for one process without Redis. */
export function bookkeepingInProcess({ limits, onFatal }: BookkeepingOptions): Bookkeeping {
  return {
    jobs: {
      intake: createInProcessJobs<IntakeJob>({ onFatal }),
      replies: createInProcessJobs<ReplyJob>({ onFatal }),
    },
    activeRequests: createInProcessActiveRequests({ maxPerUser: limits.maxActivePerUser }),
    requestRate: createInProcessRequestRate(rateOf(limits)),
    reachable: true,
    async close() {},
  };
}

/** A Redis that runs full and evicts forgets jobs. */
async function warnIfItEvicts(redis: Redis, logger: Logger): Promise<void> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
  if (policy === undefined || policy === 'noeviction') return;
  logger.warn({ policy }, 'Redis (REDIS_URL) may evict jobs when it is full: set its maxmemory-policy to noeviction');
}

function rateOf({ requestsPerWindow, windowSeconds }: Limits) {
  return { requests: requestsPerWindow, windowSeconds };
}

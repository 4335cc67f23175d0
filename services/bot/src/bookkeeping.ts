import { patiently } from '@attrai/contracts/patiently';
import type { Logger } from '@attrai/telemetry/logger';
import type { Redis } from 'ioredis';
import type { IntakeJob } from './intake/intake-job.ts';
import type { JobQueue } from './jobs/job-queue.ts';
import { MemoryJobQueue } from './jobs/memory-job-queue.ts';
import { RedisJobQueue } from './jobs/redis-job-queue.ts';
import type { Limits } from './limits/limits.ts';
import { RequestRate } from './limits/request-rate.ts';
import { connectRedis, untilReady } from './redis/connect-redis.ts';
import { RedisTroubles } from './redis/redis-troubles.ts';
import type { ReplyJob } from './replies/reply-job.ts';
import type { AlbumScores, AlbumTiming } from './requests/album-scores.ts';
import type { Envelope } from './requests/envelope.ts';
import { importReleased } from './requests/import-released.ts';
import { MemoryAlbumScores } from './requests/memory-album-scores.ts';
import { MemoryRequestBook } from './requests/memory-request-book.ts';
import { RedisAlbumScores } from './requests/redis-album-scores.ts';
import { RedisRequestBook } from './requests/redis-request-book.ts';
import type { RequestBook } from './requests/request-book.ts';

/** An album's messages come within this time of each other. */
const ALBUM_QUIET_MS = 3_000;

/** Where the bot keeps its requests, jobs and limits. */
export interface Bookkeeping {
  book: RequestBook<Envelope>;
  albums: AlbumScores;
  jobs: { intake: JobQueue<IntakeJob>; replies: JobQueue<ReplyJob> };
  requestRate: RequestRate;
  troubles: RedisTroubles;
  /** Why it can't be worked on now; undefined if it can. A connection that hangs is noticed within 10 s. */
  readonly problem: string | undefined;
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
  const troubles = new RedisTroubles(logger);
  const book = new RedisRequestBook<Envelope>({ redis });
  await untilReady(redis);
  warnIfItEvicts(redis, logger).catch((err) => logger.debug({ err }, 'Redis did not say whether it evicts'));
  const importing = () =>
    importReleased(redis, book).catch((error) => {
      troubles.note('for what version 0.1 left', error);
      throw error;
    });
  await patiently(importing, new AbortController().signal);
  return {
    book,
    albums: new RedisAlbumScores({ redis, timing: albumTiming(limits) }),
    jobs: {
      intake: new RedisJobQueue<IntakeJob>('intake', { redis, troubles, logger, onFatal }),
      replies: new RedisJobQueue<ReplyJob>('replies', { redis, troubles, logger, onFatal }),
    },
    requestRate: RequestRate.onRedis({ ...rateOf(limits), redis }),
    troubles,
    get problem() {
      return redis.status === 'ready' ? troubles.problem : 'not connected';
    },
    async close() {
      redis.disconnect();
    },
  };
}

/** In memory: for one process without Redis. */
export function bookkeepingInMemory({ limits, logger, onFatal }: BookkeepingOptions): Bookkeeping {
  return {
    book: new MemoryRequestBook<Envelope>(),
    albums: new MemoryAlbumScores(albumTiming(limits)),
    jobs: {
      intake: new MemoryJobQueue<IntakeJob>({ onFatal }),
      replies: new MemoryJobQueue<ReplyJob>({ onFatal }),
    },
    requestRate: RequestRate.inMemory(rateOf(limits)),
    troubles: new RedisTroubles(logger),
    problem: undefined,
    async close() {},
  };
}

/** A Redis that runs full and evicts forgets jobs. */
async function warnIfItEvicts(redis: Redis, logger: Logger): Promise<void> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
  if (policy === undefined || policy === 'noeviction') return;
  logger.warn({ policy }, 'Redis (REDIS_URL) may evict jobs when it is full: set its maxmemory-policy to noeviction');
}

function albumTiming({ deadlineSeconds }: Limits): AlbumTiming {
  return { quietMs: ALBUM_QUIET_MS, keepMs: deadlineSeconds * 1000 };
}

function rateOf({ requestsPerWindow, windowSeconds }: Limits) {
  return { requests: requestsPerWindow, windowSeconds };
}

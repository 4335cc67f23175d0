import type { TlsParts } from '@attrai/config/tls';
import { patiently } from '@attrai/contracts/patiently';
import type { Logger } from '@attrai/telemetry/logger';
import type { IntakeJob } from './intake/intake-job.ts';
import type { JobQueue } from './jobs/job-queue.ts';
import { MemoryJobQueue } from './jobs/memory-job-queue.ts';
import { RedisJobQueue } from './jobs/redis-job-queue.ts';
import type { Limits } from './limits/limits.ts';
import { RequestRate } from './limits/request-rate.ts';
import { connectRedis, untilReady } from './redis/connect-redis.ts';
import { checkNeeds } from './redis/redis-needs.ts';
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

/** The messages of an album come within this time of each other. */
const ALBUM_QUIET_MS = 3_000;

/** Where the bot keeps its requests, jobs and limits. */
export interface Bookkeeping {
  book: RequestBook<Envelope>;
  albums: AlbumScores;
  jobs: { intake: JobQueue<IntakeJob>; replies: JobQueue<ReplyJob> };
  requestRate: RequestRate;
  troubles: RedisTroubles;
  /** Why it can't be used now; undefined if it can. A connection that hangs, or writes that fail, show within 10 s. */
  readonly problem: string | undefined;
  /** Call it after the bot has stopped. */
  close(): Promise<void>;
}

export interface BookkeepingOptions {
  limits: Limits;
  logger: Logger;
  onFatal(error: unknown): void;
  /** The connection to Redis is back. */
  onReconnected?(): void;
  /** For a caller that wants to know of problems before Redis is connected. */
  troubles?: RedisTroubles;
  /** For rediss. */
  tls?: TlsParts;
}

/**
 * On Redis, where it outlives the process. Waits until Redis answers and allows what is needed.
 *
 * @throws ConfigError if the bot can't use this Redis: Cluster, or a version that is too old
 */
export async function bookkeepingOnRedis(url: string, options: BookkeepingOptions): Promise<Bookkeeping> {
  const { limits, logger, onFatal, troubles = new RedisTroubles(logger, url) } = options;
  const redis = connectRedis(url, troubles, options.onReconnected, options.tls);
  const book = new RedisRequestBook<Envelope>({ redis });
  const prepare = async () => {
    try {
      await checkNeeds(redis, logger);
      await importReleased(redis, book);
    } catch (error) {
      troubles.note('at the start', error);
      throw error;
    }
  };
  try {
    await untilReady(redis);
    await patiently(prepare, new AbortController().signal);
  } catch (error) {
    redis.disconnect();
    throw error;
  }
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
      return troubles.problem;
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

function albumTiming({ deadlineSeconds }: Limits): AlbumTiming {
  return { quietMs: ALBUM_QUIET_MS, keepMs: deadlineSeconds * 1000 };
}

function rateOf({ requestsPerWindow, windowSeconds }: Limits) {
  return { requests: requestsPerWindow, windowSeconds };
}

import type { TlsParts } from '@attrai/config/tls';
import type { Logger } from '@attrai/telemetry/logger';
import { Redis } from 'ioredis';
import { type PlainOptions, redisOptions } from './redis-options.ts';
import type { RedisTroubles } from './redis-troubles.ts';
import { WriteProbe } from './write-probe.ts';

const LONGEST_RECONNECT_MS = 3_000;
/** How long an update waits at most when the connection hangs. */
const COMMAND_TIMEOUT_MS = 3_000;
/** How long the bot tries to record that a job is done. Later the job is done again. */
const WORK_COMMAND_TIMEOUT_MS = 15_000;
/** Below the 900 s after which Swarm's IPVS drops a silent connection. */
const KEEPALIVE_MS = 60_000;
/** A connection that hasn't answered for this time is closed, and a new one is made. */
const HANGS_AFTER_MS = 5_000;
/**
 * A Redis that is connected and not ready after this time is loading its data. There is no event for that. A connection that hangs
 * is closed before.
 */
const LOADS_AFTER_MS = HANGS_AFTER_MS + 2_000;

const COMMON = {
  retryStrategy: (failures: number) => Math.min(200 * failures, LONGEST_RECONNECT_MS),
  connectTimeout: HANGS_AFTER_MS,
  keepAlive: KEEPALIVE_MS,
  socketTimeout: HANGS_AFTER_MS,
  sentinelRetryStrategy: (rounds: number) => Math.min(200 * rounds, LONGEST_RECONNECT_MS),
  sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
} satisfies PlainOptions;

/**
 * For questions and adding jobs: while Redis is away, commands fail at once. Its `status` is `ready` only while Redis answers:
 * a connection that hangs is closed within 10 s.
 *
 * `troubles` gets lost connections, commands that are refused (also on connections for work), and the failures of a small test
 * write every few seconds.
 *
 * @param url as `REDIS_URL`
 */
export function connectRedis(
  url: string,
  troubles: RedisTroubles,
  onReconnected: () => void = () => {},
  tls: TlsParts = {},
): Redis {
  const options: PlainOptions = {
    ...redisOptions(url, tls),
    ...COMMON,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    reconnectOnError(error) {
      troubles.note('to run a command', error);
      // After a failover a new connection leads to the new primary, while the old one is a replica now.
      return error.message.startsWith('READONLY');
    },
  };
  const redis = new Redis(options);
  watchConnection(redis, troubles, onReconnected);
  const probe = new WriteProbe(redis, troubles);
  redis.once('end', () => probe.stop());
  return redis;
}

/** For a BullMQ worker: while Redis is away, its commands wait. */
export function connectForWork(redis: Redis, logger: Logger): Redis {
  const forWork = redis.duplicate({
    enableOfflineQueue: true,
    maxRetriesPerRequest: null,
    commandTimeout: WORK_COMMAND_TIMEOUT_MS,
  });
  forWork.on('error', (err) => logger.debug({ err }, 'A worker waits for Redis'));
  return forWork;
}

/** Resolves when Redis answers for the first time. */
export async function untilReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve) => redis.once('ready', resolve));
}

function watchConnection(redis: Redis, troubles: RedisTroubles, onReconnected: () => void): void {
  let readyBefore = false;
  let loading: NodeJS.Timeout | undefined;
  let aboutSentinels: unknown;
  troubles.lost();
  redis.on('connect', () => {
    loading = setTimeout(() => troubles.lost(new Error('LOADING Not ready yet')), LOADS_AFTER_MS).unref();
  });
  redis.on('ready', () => {
    clearTimeout(loading);
    aboutSentinels = undefined;
    troubles.back();
    if (readyBefore) onReconnected();
    readyBefore = true;
  });
  redis.on('close', () => {
    clearTimeout(loading);
    troubles.lost();
  });
  // Comes before the error, which says only that all sentinels failed.
  redis.on('sentinelError', (error) => {
    aboutSentinels = error;
  });
  redis.on('error', (error) => troubles.lost(aboutSentinels ?? error));
}

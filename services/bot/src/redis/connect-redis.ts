import type { TlsParts } from '@attrai/config/tls';
import { tlsAdvice } from '@attrai/config/tls-advice';
import type { Logger } from '@attrai/telemetry/logger';
import { Redis, type RedisOptions } from 'ioredis';

const LONGEST_RECONNECT_MS = 3_000;
/** An update waits for this at most when the connection hangs. */
const COMMAND_TIMEOUT_MS = 3_000;
/** What a job has done is to be recorded for so long; later the job is done again. */
const WORK_COMMAND_TIMEOUT_MS = 15_000;
/** Below the 900 s after which Swarm's IPVS forgets a silent connection. */
const KEEPALIVE_MS = 60_000;
/** So often Redis is asked whether it is there: a connection that hangs shows only to those who ask. */
const PULSE_MS = 5_000;
/** A connection that owes an answer for so long hangs; it is given up, and another one made. */
const HANGS_AFTER_MS = 5_000;

const COMMON = {
  retryStrategy: (failures: number) => Math.min(200 * failures, LONGEST_RECONNECT_MS),
  keepAlive: KEEPALIVE_MS,
  socketTimeout: HANGS_AFTER_MS,
  // After a failover REDIS_URL may lead to the new primary, while the old one lives on as a replica.
  reconnectOnError: ({ message }) => message.startsWith('READONLY'),
} satisfies RedisOptions;

/**
 * For questions and adding jobs: while Redis is away, commands fail at once instead of waiting. Its `status` is `ready`
 * only while Redis answers: a connection that hangs is given up within 10 s.
 */
export function connectRedis(url: string, logger: Logger, onReconnected = () => {}, tls: TlsParts = {}): Redis {
  const redis = new Redis(url, {
    ...COMMON,
    ...(url.startsWith('rediss:') && { tls }),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
  logConnection(redis, logger, onReconnected);
  const pulse = setInterval(() => {
    if (redis.status === 'ready') redis.ping().catch(() => undefined);
  }, PULSE_MS).unref();
  redis.once('end', () => clearInterval(pulse));
  return redis;
}

/** For a BullMQ worker: while Redis is away, its commands wait. */
export function connectForWork(redis: Redis, logger: Logger): Redis {
  const forWork = redis.duplicate({
    ...COMMON,
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

/** One line when Redis goes away and one when it is back, not one for every try. */
function logConnection(redis: Redis, logger: Logger, onReconnected: () => void): void {
  let lost = false;
  let saidOfTls: string | undefined;
  let readyBefore = false;
  redis.on('ready', () => {
    if (lost) logger.info('Redis is back');
    lost = false;
    saidOfTls = undefined;
    if (readyBefore) onReconnected();
    readyBefore = true;
  });
  redis.on('error', (err) => {
    // A refused certificate now and then looks like a connection that broke.
    const advice = tlsAdvice('REDIS', err);
    if (advice !== undefined && advice !== saidOfTls) {
      logger.warn({ err }, `no secure connection to Redis: ${advice}. Trying again until there is one`);
      saidOfTls = advice;
    } else if (!lost) {
      logger.warn({ err }, 'Redis is away (REDIS_URL): trying again until it is back');
    }
    lost = true;
  });
}

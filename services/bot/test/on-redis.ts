import { randomUUID } from 'node:crypto';
import { createLogger } from '@attrai/telemetry/logger';
import { ownRedis } from '@attrai/test-servers/own-servers';
import { startTcpProxy } from '@attrai/test-servers/tcp-proxy';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import { RedisJobQueue } from '../src/jobs/redis-job-queue.ts';
import { connectRedis, untilReady } from '../src/redis/connect-redis.ts';
import { RedisTroubles } from '../src/redis/redis-troubles.ts';
import { type Data, QUICK } from './job-queue.conformance.ts';

export const logger = createLogger({ service: 'test', level: 'silent' });
/** Of nobody's interest. */
export const troubles = new RedisTroubles(logger);

/** A connection to a Redis of this file's own. `redis` is there when the first test runs. */
export function useRedis(): { redis: Redis; url: string } {
  const on = {} as { redis: Redis; url: string };
  beforeAll(async () => {
    on.url = await ownRedis();
    on.redis = connectRedis(on.url, troubles);
    await untilReady(on.redis);
  });
  afterAll(() => on.redis.disconnect());
  return on;
}

/** A queue of jobs that are tried again quickly, under keys of its own. */
export async function openJobs(redis: Redis) {
  const fatal: unknown[] = [];
  const prefix = randomUUID();
  const options = { redis, troubles, logger, policy: QUICK, prefix };
  const queue = new RedisJobQueue<Data>('jobs', { ...options, onFatal: (error) => fatal.push(error) });
  return { queue, fatal, prefix };
}

/** A connection through a proxy that can break it. */
export async function connectThroughProxy(url: string, onReconnected?: () => void) {
  const target = new URL(url);
  const proxy = await startTcpProxy(Number(target.port));
  target.port = String(proxy.port);
  const own = connectRedis(String(target), troubles, onReconnected);
  await untilReady(own);
  return { own, proxy };
}

/** Troubles with a log that can be read. */
export function watchTroubles() {
  const lines: { level: string; code?: string; msg: string }[] = [];
  const watched = createLogger({ service: 'test', destination: { write: (line) => lines.push(JSON.parse(line)) } });
  const errors = () => lines.filter(({ level }) => level === 'error');
  return { troubles: new RedisTroubles(watched), lines, errors };
}

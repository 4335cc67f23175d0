import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { RequestRate } from '../src/limits/request-rate.ts';
import { useRedis } from './on-redis.ts';
import { describeRequestRate } from './request-rate.conformance.ts';

const on = useRedis();

describeRequestRate('on Redis', async (options) =>
  RequestRate.onRedis({ ...options, redis: on.redis, prefix: randomUUID() }),
);

test('the rate leaves keys that all expire', async () => {
  const prefix = randomUUID();
  const rate = RequestRate.onRedis({ redis: on.redis, requests: 1, windowSeconds: 60, prefix });
  for (let i = 0; i < 2; i++) await rate.take('7');
  const keys = await on.redis.keys(`${prefix}*`);
  expect(keys).toHaveLength(1);
  for (const key of keys) expect(await on.redis.pttl(key), key).toBeGreaterThan(0);
});

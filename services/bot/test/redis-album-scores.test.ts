import { randomUUID } from 'node:crypto';
import { createLogger } from '@attrai/telemetry/logger';
import { ownRedis } from '@attrai/test-servers/own-servers';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectRedis, untilReady } from '../src/redis/connect-redis.ts';
import { RedisAlbumScores } from '../src/requests/redis-album-scores.ts';
import { describeAlbumScores } from './album-scores.conformance.ts';

let redis: Redis;

beforeAll(async () => {
  redis = connectRedis(await ownRedis(), createLogger({ service: 'test', level: 'silent' }));
  await untilReady(redis);
});
afterAll(() => redis.disconnect());

describeAlbumScores('on Redis', async (timing) => new RedisAlbumScores({ redis, timing, prefix: randomUUID() }));

test('of an album that was given no scores are left, and no key stays for ever', async () => {
  const prefix = randomUUID();
  const albums = new RedisAlbumScores({ redis, timing: { quietMs: 0, keepMs: 60_000 }, prefix });
  for (const albumId of ['given', 'waiting']) {
    await albums.joined({ chatId: '7', albumId, messageId: '1' }, { language: 'en' });
  }
  await albums.ended({ chatId: '7', albumId: 'given', messageId: '1' }, 5);
  await expectNoKeyForEver();
  expect(await albums.finished()).toHaveLength(1);
  expect(await redis.hgetall(`${prefix}:album:7:given`)).toEqual({ told: '1' });
  await expectNoKeyForEver();

  async function expectNoKeyForEver() {
    const keys = await redis.keys(`${prefix}*`);
    expect(keys.length).toBeGreaterThanOrEqual(2);
    for (const key of keys) {
      expect(await redis.pttl(key)).toSatisfy((ms: number) => ms > 0 && ms <= 60_000);
    }
  }
});

import { randomUUID } from 'node:crypto';
import { RetryableError } from '@attrai/contracts/errors';
import { createLogger } from '@attrai/telemetry/logger';
import { ownRedis } from '@attrai/test-servers/own-servers';
import { startRedis } from '@attrai/test-servers/redis';
import { startTcpProxy } from '@attrai/test-servers/tcp-proxy';
import { waitUntil } from '@attrai/test-servers/wait-until';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { bookkeepingOnRedis } from '../src/bookkeeping.ts';
import { RedisJobQueue } from '../src/jobs/redis-job-queue.ts';
import { RequestRate } from '../src/limits/request-rate.ts';
import { connectForWork, connectRedis, untilReady } from '../src/redis/connect-redis.ts';
import { RedisTroubles } from '../src/redis/redis-troubles.ts';
import { RedisRequestBook } from '../src/requests/redis-request-book.ts';
import { type Data, describeJobQueue, QUICK } from './job-queue.conformance.ts';
import { describeRequestRate } from './request-rate.conformance.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
const troubles = new RedisTroubles(logger);
let url: string;
let redis: Redis;

beforeAll(async () => {
  url = await ownRedis();
  redis = connectRedis(url, logger);
  await untilReady(redis);
});
afterAll(() => redis.disconnect());

const openJobs = async (on = redis) => {
  const fatal: unknown[] = [];
  const options = { redis: on, troubles, logger, policy: QUICK, prefix: randomUUID() };
  return { queue: new RedisJobQueue<Data>('jobs', { ...options, onFatal: (error) => fatal.push(error) }), fatal };
};

/** A connection of its own, through a proxy that can break it. */
const connectThroughProxy = async (onReconnected?: () => void) => {
  const target = new URL(url);
  const proxy = await startTcpProxy(Number(target.port));
  target.port = String(proxy.port);
  const own = connectRedis(String(target), logger, onReconnected);
  await untilReady(own);
  return { own, proxy };
};

describeJobQueue('on Redis', openJobs);

describeRequestRate('on Redis', async (options) => RequestRate.onRedis({ ...options, redis, prefix: randomUUID() }));

test('a job that is done, and one that is given up, leave no data in Redis', async () => {
  const prefix = randomUUID();
  const queue = new RedisJobQueue<Data>('jobs', { redis, troubles, logger, policy: QUICK, prefix, onFatal: () => {} });
  let gaveUp = 0;
  queue.run({
    work: async (job) => {
      if (job.id === 'bad') throw new Error('no');
    },
    gaveUp: async () => {
      gaveUp += 1;
    },
    concurrency: 2,
  });
  await queue.add('good', { step: 123 });
  await queue.add('bad', { step: 123 });
  await waitUntil('it was not given up', () => gaveUp === 1);
  const jobKeys = async () => (await redis.keys(`${prefix}:jobs:*`)).filter((key) => /jobs:(good|bad)/.test(key));
  await waitUntil('jobs are left in Redis', async () => (await jobKeys()).length === 0);
  await queue.close();
});

test('the rate leaves keys that all expire', async () => {
  const prefix = randomUUID();
  const rate = RequestRate.onRedis({ redis, requests: 1, windowSeconds: 60, prefix });
  for (let i = 0; i < 2; i++) await rate.take('7');
  const keys = await redis.keys(`${prefix}*`);
  expect(keys).toHaveLength(1);
  for (const key of keys) expect(await redis.pttl(key), key).toBeGreaterThan(0);
});

test('jobs survive the death of their process', async () => {
  const prefix = randomUUID();
  const first = new RedisJobQueue<Data>('jobs', { redis, troubles, logger, policy: QUICK, prefix, onFatal: () => {} });
  await first.add('a', { step: 5 });
  await first.close();
  const second = new RedisJobQueue<Data>('jobs', { redis, troubles, logger, policy: QUICK, prefix, onFatal: () => {} });
  const seen: number[] = [];
  second.run({ work: async ({ data }) => void seen.push(data.step), gaveUp: async () => {}, concurrency: 1 });
  await waitUntil('the job was lost', () => seen.length === 1);
  expect(seen).toEqual([5]);
  await second.close();
});

test('a job that another process adds is found', async () => {
  const options = { redis, troubles, logger, policy: QUICK, prefix: randomUUID(), onFatal: () => {} };
  const [worker, other] = [new RedisJobQueue<Data>('jobs', options), new RedisJobQueue<Data>('jobs', options)];
  const seen: string[] = [];
  worker.run({ work: async ({ id }) => void seen.push(id), gaveUp: async () => {}, concurrency: 1 });
  for (const id of ['a', 'b', 'c']) await other.add(id, { step: 0 });
  await waitUntil('they were not found', () => seen.length === 3);
  await Promise.all([worker.close(), other.close()]);
});

test('its own jobs, also those that failed and those that shall wait, need no look each second', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { queue } = await openJobs();
  const failures = [new Error('surprise'), new RetryableError('busy', 'busy', { retryAfterMs: 20 })];
  let tries = 0;
  const work = async () => {
    tries += 1;
    const failure = failures.shift();
    if (failure) throw failure;
  };
  queue.run({ work, gaveUp: async () => {}, concurrency: 1 });
  await queue.add('a', { step: 0 });
  await waitUntil('it was not tried three times', () => tries === 3);
  await queue.close();
});

test('a job that takes long keeps its lock', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const prefix = randomUUID();
  const queue = new RedisJobQueue<Data>('jobs', { redis, troubles, logger, policy: QUICK, prefix, onFatal: () => {} });
  const finish = Promise.withResolvers<void>();
  queue.run({ work: () => finish.promise, gaveUp: async () => {}, concurrency: 1 });
  await queue.add('long', { step: 0 });
  const lock = `${prefix}:jobs:long:lock`;
  await expect.poll(() => redis.pexpire(lock, 15_000)).toBe(1);
  vi.advanceTimersByTime(10_000);
  await expect.poll(() => redis.pttl(lock)).toBeGreaterThan(20_000);
  finish.resolve();
  await queue.close();
});

test('while Redis is away questions fail soon and retryably; when it is back, all goes on', async () => {
  await using server = await startRedis();
  const own = connectRedis(server.url, logger);
  await untilReady(own);
  const { queue } = await openJobs(own);
  const book = new RedisRequestBook({ redis: own });
  const rate = RequestRate.onRedis({ redis: own, requests: 5, windowSeconds: 60 });
  const done: string[] = [];
  queue.run({ work: async ({ id }) => void done.push(id), gaveUp: async () => {}, concurrency: 1 });

  await server.stop();
  const away = { grade: 'retryable', code: 'redis_away' };
  await expect(book.total()).rejects.toMatchObject(away);
  await expect(rate.take('1')).rejects.toMatchObject(away);
  await expect(queue.add('a', { step: 0 })).rejects.toMatchObject(away);

  await server.start();
  await waitUntil('it did not connect again', () => own.status === 'ready');
  expect(await book.total()).toBe(0);
  const added = () =>
    queue.add('b', { step: 0 }).then(
      () => true,
      () => false,
    );
  await waitUntil('no job was taken', added);
  await waitUntil('the worker did not go on', () => done.includes('b'));
  await queue.close();
  own.disconnect();
});

test('closing ends although Redis is away and what is done can not be recorded', async () => {
  await using server = await startRedis();
  const own = connectRedis(server.url, logger);
  await untilReady(own);
  const { queue } = await openJobs(own);
  const inHand = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  queue.run({
    work: async () => {
      inHand.resolve();
      await finish.promise;
    },
    gaveUp: async () => {},
    concurrency: 1,
  });
  await queue.add('a', { step: 0 });
  await inHand.promise;
  await server.stop();
  await waitUntil('it did not notice', () => own.status !== 'ready');
  finish.resolve();
  await queue.close();
  own.disconnect();
});

test('a queue whose connection breaks as it is opened takes jobs when the connection is back', async () => {
  const { own, proxy } = await connectThroughProxy();
  proxy.stall();
  const { queue } = await openJobs(own);
  proxy.cut();
  proxy.resume();
  await waitUntil('it did not notice', () => own.status !== 'ready');
  await untilReady(own);
  await queue.add('a', { step: 0 });
  expect((await queue.counts()).waiting).toBe(1);
  await queue.close();
  own.disconnect();
  await proxy.close();
});

test('a job whose way here was cut off is taken again before its lock runs out', async () => {
  const { own, proxy } = await connectThroughProxy();
  const options = { logger, troubles, policy: QUICK, prefix: randomUUID(), onFatal: () => {} };
  const [worker, other] = [
    new RedisJobQueue<Data>('jobs', { ...options, redis: own }),
    new RedisJobQueue<Data>('jobs', { ...options, redis }),
  ];
  const done: string[] = [];
  worker.run({ work: async ({ id }) => void done.push(id), gaveUp: async () => {}, concurrency: 1 });
  await other.add('before', { step: 0 });
  await waitUntil('it was not found', () => done.includes('before'));

  const isCut = proxy.cutBefore('cut off');
  await other.add('cut off', { step: 0 });
  await isCut;
  // It is locked for 30 s.
  await waitUntil('it was held up', () => done.includes('cut off'), 20_000);
  expect(done).toEqual(['before', 'cut off']);
  await Promise.all([worker.close(), other.close()]);
  own.disconnect();
  await proxy.close();
});

test('a job in work while the connection breaks is not taken twice', async () => {
  const { own, proxy } = await connectThroughProxy();
  const options = { logger, troubles, policy: QUICK, prefix: randomUUID(), onFatal: () => {} };
  const [worker, other] = [
    new RedisJobQueue<Data>('jobs', { ...options, redis: own }),
    new RedisJobQueue<Data>('jobs', { ...options, redis }),
  ];
  const started: string[] = [];
  const finish = Promise.withResolvers<void>();
  const work = async ({ id }: { id: string }) => {
    started.push(id);
    if (id === 'long') await finish.promise;
  };
  worker.run({ work, gaveUp: async () => {}, concurrency: 2 });
  await other.add('long', { step: 0 });
  await waitUntil('it was not found', () => started.length === 1);
  proxy.cut();
  for (const id of ['b', 'c']) {
    await other.add(id, { step: 0 });
    await waitUntil('the worker did not come back', () => started.includes(id));
  }
  finish.resolve();
  await waitUntil('not all was done', async () => {
    const { waiting, active, delayed } = await other.counts();
    return waiting + active + delayed === 0;
  });
  expect(started).toEqual(['long', 'b', 'c']);
  await Promise.all([worker.close(), other.close()]);
  own.disconnect();
  await proxy.close();
});

test('a Redis that may evict jobs is warned of', async () => {
  await using server = await startRedis();
  await server.run('redis-cli', 'config', 'set', 'maxmemory-policy', 'allkeys-lru');
  const lines: string[] = [];
  const limits = {
    maxPhotoBytes: 1,
    minPhotoSide: 1,
    maxActivePerUser: 1,
    requestsPerWindow: 1,
    windowSeconds: 1,
    deadlineSeconds: 1,
  };
  const bookkeeping = await bookkeepingOnRedis(server.url, {
    limits,
    logger: createLogger({ service: 'test', destination: { write: (line) => void lines.push(line) } }),
    onFatal: () => {},
  });
  await waitUntil('nothing was said', () => lines.some((line) => JSON.parse(line).policy === 'allkeys-lru'));
  await bookkeeping.close();
});

test('a connection that hangs fails retryably instead of holding an update up', async () => {
  const { own, proxy } = await connectThroughProxy();
  const rate = RequestRate.onRedis({ redis: own, requests: 5, windowSeconds: 60, prefix: randomUUID() });
  proxy.stall();
  await expect(rate.take('1')).rejects.toMatchObject({ grade: 'retryable' });
  own.disconnect();
  await proxy.close();
});

test('connections that hang are given up, also by those who ask nothing and by workers', async () => {
  let reconnected = 0;
  const { own, proxy } = await connectThroughProxy(() => {
    reconnected += 1;
  });
  const worker = connectForWork(own, logger);
  await untilReady(worker);
  const lost = { own: false, worker: false };
  own.once('close', () => {
    lost.own = true;
  });
  worker.once('close', () => {
    lost.worker = true;
  });
  const healthy = connectForWork(redis, logger);
  const nothing = healthy.bzpopmin(randomUUID(), 3);
  proxy.stall();
  worker.ping().catch(() => undefined);
  await waitUntil('a hanging connection was kept', () => lost.own && lost.worker, 40_000);
  expect(await nothing, 'a wait on a connection that is well was cut short').toBeNull();
  expect(own.status).not.toBe('ready');
  expect(reconnected).toBe(0);
  proxy.cut();
  proxy.resume();
  await Promise.all([untilReady(own), untilReady(worker)]);
  expect(reconnected).toBe(1);
  for (const connection of [own, worker, healthy]) connection.disconnect();
  await proxy.close();
});

/** A queue with troubles and a log of its own. */
async function openWatched(on: Redis) {
  const lines: { level: string; code?: string; msg: string }[] = [];
  const watched = createLogger({ service: 'test', destination: { write: (line) => lines.push(JSON.parse(line)) } });
  const own = new RedisTroubles(watched);
  const prefix = randomUUID();
  const options = { redis: on, troubles: own, logger: watched, policy: QUICK, prefix, onFatal() {} };
  const queue = new RedisJobQueue<Data>('jobs', options);
  const errors = () => lines.filter(({ level }) => level === 'error');
  return { queue, troubles: own, errors, prefix };
}

test('a full Redis is named as an error once a minute, is a problem until it is over, and costs no job', async () => {
  await using server = await startRedis();
  const own = connectRedis(server.url, logger);
  onTestFinished(() => own.disconnect());
  await untilReady(own);
  const { queue, troubles, errors } = await openWatched(own);
  await queue.add('a', { step: 0 });
  await own.config('SET', 'maxmemory', '1');
  const full = { grade: 'retryable', code: 'redis_full' };
  await expect(queue.add('b', { step: 0 })).rejects.toMatchObject(full);
  const rate = RequestRate.onRedis({ redis: own, requests: 5, windowSeconds: 60 });
  await expect(rate.take('1')).rejects.toMatchObject(full);
  const done: string[] = [];
  queue.run({ work: async ({ id }) => void done.push(id), gaveUp: async () => {}, concurrency: 1 });
  await waitUntil('it was not told', () => errors().length > 0);
  expect(errors()[0]).toMatchObject({ code: 'redis_full', msg: expect.stringContaining('work on it fails') });
  expect(troubles.problem).toMatch(/maxmemory/);
  // It fails again each second.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(errors()).toHaveLength(1);

  await own.config('SET', 'maxmemory', '0');
  await waitUntil('the job was lost', () => done.includes('a'));
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 20_000 });
  onTestFinished(() => void vi.useRealTimers());
  expect(troubles.problem).toBeUndefined();
  vi.useRealTimers();
  await queue.close();
});

test('a job that lost its lock is named as an error', async () => {
  const { queue, troubles, errors, prefix } = await openWatched(redis);
  const inHand = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const work = async () => {
    inHand.resolve();
    await finish.promise;
  };
  queue.run({ work, gaveUp: async () => {}, concurrency: 1 });
  await queue.add('a', { step: 0 });
  await inHand.promise;
  await redis.del(`${prefix}:jobs:a:lock`);
  finish.resolve();
  await waitUntil('it was not told', () => errors().some(({ code }) => code === 'job_lost'));
  expect(troubles.problem).toMatch(/lost to another worker/);
  await queue.close();
});

test('a Redis that is away is no error of the job store', async () => {
  await using server = await startRedis();
  const own = connectRedis(server.url, logger);
  await untilReady(own);
  const { queue, troubles, errors } = await openWatched(own);
  queue.run({ work: async () => {}, gaveUp: async () => {}, concurrency: 1 });
  await server.stop();
  await expect(queue.add('a', { step: 0 })).rejects.toMatchObject({ code: 'redis_away' });
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(errors()).toEqual([]);
  expect(troubles.problem).toBeUndefined();
  await queue.close();
  own.disconnect();
});

test('a connection to what has become a replica is made anew, as the address may lead to the new primary', async () => {
  await using server = await startRedis();
  let reconnected = 0;
  const own = connectRedis(server.url, logger, () => {
    reconnected += 1;
  });
  onTestFinished(() => own.disconnect());
  await untilReady(own);
  await own.replicaof('127.0.0.1', '1');
  await expect(own.set('x', 'y')).rejects.toThrow('READONLY');
  await waitUntil('it did not connect again', () => reconnected > 0);
});

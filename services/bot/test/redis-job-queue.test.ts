import { randomUUID } from 'node:crypto';
import { RetryableError } from '@attrai/contracts/errors';
import { startRedis } from '@attrai/test-servers/redis';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, onTestFinished, test, vi } from 'vitest';
import { RedisJobQueue } from '../src/jobs/redis-job-queue.ts';
import { connectRedis, untilReady } from '../src/redis/connect-redis.ts';
import { type Data, describeJobQueue, QUICK } from './job-queue.conformance.ts';
import { connectThroughProxy, logger, openJobs, troubles, useRedis } from './on-redis.ts';

const on = useRedis();

describeJobQueue('on Redis', () => openJobs(on.redis));

test('a job that is done, and one that is given up, leave no data in Redis', async () => {
  const prefix = randomUUID();
  const queue = new RedisJobQueue<Data>('jobs', {
    redis: on.redis,
    troubles,
    logger,
    policy: QUICK,
    prefix,
    onFatal: () => {},
  });
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
  const jobKeys = async () => (await on.redis.keys(`${prefix}:jobs:*`)).filter((key) => /jobs:(good|bad)/.test(key));
  await waitUntil('jobs are left in Redis', async () => (await jobKeys()).length === 0);
  await queue.close();
});

test('jobs survive the death of their process', async () => {
  const prefix = randomUUID();
  const first = new RedisJobQueue<Data>('jobs', {
    redis: on.redis,
    troubles,
    logger,
    policy: QUICK,
    prefix,
    onFatal: () => {},
  });
  await first.add('a', { step: 5 });
  await first.close();
  const second = new RedisJobQueue<Data>('jobs', {
    redis: on.redis,
    troubles,
    logger,
    policy: QUICK,
    prefix,
    onFatal: () => {},
  });
  const seen: number[] = [];
  second.run({ work: async ({ data }) => void seen.push(data.step), gaveUp: async () => {}, concurrency: 1 });
  await waitUntil('the job was lost', () => seen.length === 1);
  expect(seen).toEqual([5]);
  await second.close();
});

test('a job that another process adds is found', async () => {
  const options = { redis: on.redis, troubles, logger, policy: QUICK, prefix: randomUUID(), onFatal: () => {} };
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
  const { queue } = await openJobs(on.redis);
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
  const queue = new RedisJobQueue<Data>('jobs', {
    redis: on.redis,
    troubles,
    logger,
    policy: QUICK,
    prefix,
    onFatal: () => {},
  });
  const finish = Promise.withResolvers<void>();
  queue.run({ work: () => finish.promise, gaveUp: async () => {}, concurrency: 1 });
  await queue.add('long', { step: 0 });
  const lock = `${prefix}:jobs:long:lock`;
  await expect.poll(() => on.redis.pexpire(lock, 5_000)).toBe(1);
  vi.advanceTimersByTime(10_000);
  await expect.poll(() => on.redis.pttl(lock)).toBeGreaterThan(15_000);
  finish.resolve();
  await queue.close();
});

test('a queue whose connection breaks as it is opened takes jobs when the connection is back', async () => {
  const { own, proxy } = await connectThroughProxy(on.url);
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
  const { own, proxy } = await connectThroughProxy(on.url);
  const options = { logger, troubles, policy: QUICK, prefix: randomUUID(), onFatal: () => {} };
  const [worker, other] = [
    new RedisJobQueue<Data>('jobs', { ...options, redis: own }),
    new RedisJobQueue<Data>('jobs', { ...options, redis: on.redis }),
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
  const { own, proxy } = await connectThroughProxy(on.url);
  const options = { logger, troubles, policy: QUICK, prefix: randomUUID(), onFatal: () => {} };
  const [worker, other] = [
    new RedisJobQueue<Data>('jobs', { ...options, redis: own }),
    new RedisJobQueue<Data>('jobs', { ...options, redis: on.redis }),
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

test('closing ends although Redis is away and what is done can not be recorded', async () => {
  await using server = await startRedis();
  const own = connectRedis(server.url, troubles);
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

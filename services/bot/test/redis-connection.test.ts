import { randomUUID } from 'node:crypto';
import { startRedis } from '@attrai/test-servers/redis';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, onTestFinished, test } from 'vitest';
import { RequestRate } from '../src/limits/request-rate.ts';
import { connectForWork, connectRedis, untilReady } from '../src/redis/connect-redis.ts';
import { RedisRequestBook } from '../src/requests/redis-request-book.ts';
import { connectThroughProxy, logger, openJobs, troubles, useRedis } from './on-redis.ts';

const on = useRedis();

test('while Redis is away questions fail soon and retryably; when it is back, all goes on', async () => {
  await using server = await startRedis();
  const own = connectRedis(server.url, troubles);
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

test('a connection that hangs fails retryably instead of holding an update up', async () => {
  const { own, proxy } = await connectThroughProxy(on.url);
  const rate = RequestRate.onRedis({ redis: own, requests: 5, windowSeconds: 60, prefix: randomUUID() });
  proxy.stall();
  await expect(rate.take('1')).rejects.toMatchObject({ grade: 'retryable' });
  own.disconnect();
  await proxy.close();
});

test('connections that hang are given up, also by those who ask nothing and by workers', async () => {
  let reconnected = 0;
  const { own, proxy } = await connectThroughProxy(on.url, () => {
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
  const healthy = connectForWork(on.redis, logger);
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

test('a connection to what has become a replica is made anew, as the address may lead to the new primary', async () => {
  await using server = await startRedis();
  let reconnected = 0;
  const own = connectRedis(server.url, troubles, () => {
    reconnected += 1;
  });
  onTestFinished(() => own.disconnect());
  await untilReady(own);
  await own.replicaof('127.0.0.1', '1');
  await expect(own.set('x', 'y')).rejects.toThrow('READONLY');
  await waitUntil('it did not connect again', () => reconnected > 0);
});

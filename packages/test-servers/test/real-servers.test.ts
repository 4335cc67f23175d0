import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConfirmChannel, connect } from 'amqplib';
import { Redis } from 'ioredis';
import { afterAll, expect, test, vi } from 'vitest';
import { ownRedis, ownVhost } from '../src/own-servers.ts';
import { startRabbitmq } from '../src/rabbitmq.ts';
import { startRedis } from '../src/redis.ts';

// RabbitMQ starts in 6 s, and on a busy machine in 30 s.
vi.setConfig({ testTimeout: 180_000 });

const amqpUrl = await ownVhost();
const redisUrl = await ownRedis();

async function openChannel(url: string): Promise<ConfirmChannel> {
  const connection = await connect(url);
  connection.on('error', () => {});
  afterAll(() => connection.close().catch(() => {}));
  return connection.createConfirmChannel();
}

test('lends a RabbitMQ virtual host without our queues', async () => {
  const channel = await openChannel(amqpUrl);
  channel.on('error', () => {});
  await expect(channel.checkQueue('to_estimate')).rejects.toThrow('NOT_FOUND');
});

test('lends an empty Redis database that evicts nothing', async () => {
  const redis = new Redis(redisUrl);
  afterAll(() => redis.disconnect());
  expect(await redis.dbsize()).toBe(0);
  expect(await redis.info('memory')).toContain('maxmemory_policy:noeviction');
});

test('lends the same places again, emptied', async () => {
  const channel = await openChannel(amqpUrl);
  channel.on('error', () => {});
  await channel.assertQueue('to_estimate');
  const redis = new Redis(redisUrl);
  afterAll(() => redis.disconnect());
  await redis.set('key', 'value');

  expect([await ownVhost(), await ownRedis()]).toEqual([amqpUrl, redisUrl]);
  await expect(channel.checkQueue('to_estimate')).rejects.toThrow('NOT_FOUND');
  expect(await redis.dbsize()).toBe(0);
});

test('gives a private Redis that keeps its data and its URL when it is killed', async () => {
  await using server = await startRedis();
  const before = new Redis(server.url);
  before.on('error', () => {});
  await before.set('key', 'kept');
  await server.kill();
  before.disconnect();
  await server.start();

  const after = new Redis(server.url);
  expect(await after.get('key')).toBe('kept');
  after.disconnect();
});

test('gives a private RabbitMQ that keeps confirmed messages and its URL when it is killed', async () => {
  await using server = await startRabbitmq();
  const text = randomUUID();
  const queue = { durable: true, arguments: { 'x-queue-type': 'quorum' } };

  const before = await openChannel(server.url);
  await before.assertQueue('kept', queue);
  before.sendToQueue('kept', Buffer.from(text), { persistent: true });
  await before.waitForConfirms();
  // The queue must be older than RabbitMQ 3's delay in writing its definitions to disk: those of a second ago can be lost.
  await sleep(5_000);
  await server.kill();
  await server.start();

  const after = await openChannel(server.url);
  await after.assertQueue('kept', queue);
  const message = await after.get('kept', { noAck: true });
  expect(message).toMatchObject({ content: Buffer.from(text) });
});

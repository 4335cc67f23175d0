import { setTimeout as sleep } from 'node:timers/promises';
import { AFTER_ESTIMATE, MAX_DELIVERIES, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { startRabbitmq } from '@attrai/test-servers/rabbitmq';
import { startTcpProxy, type TcpProxy } from '@attrai/test-servers/tcp-proxy';
import { type Channel, connect } from 'amqplib';
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Broker, Delivery } from '../src/broker.ts';
import { connectBroker } from '../src/connect-broker.ts';
import type { Timing } from '../src/timing.ts';

// A server of our own, to be stopped and killed.
const server = await startRabbitmq();
afterAll(() => server[Symbol.asyncDispose]());
// A test that fails while the server is down must not take the others with it.
beforeEach(async () => {
  if ((await server.pid()) === undefined) await server.start();
});

const serverPort = Number(new URL(server.url).port);
// Heartbeats so far apart that no busy server misses one, where the test is not about them.
const timing = { publishMs: 15_000, checkMs: 600_000, heartbeatS: 10, retry: [5, 50], reopen: [20, 200] } as const;
// RabbitMQ starts in 6 s, and on a busy machine in 30 s.
const patience = { timeout: 90_000 };
vi.setConfig({ testTimeout: 180_000 });

/** A broker on empty queues, reached through a proxy, with the messages that it logs. */
async function open(own: Partial<Timing> = {}) {
  const proxy = await startTcpProxy(serverPort);
  const logged: string[] = [];
  const log = (_: object, message: string) => void logged.push(message);
  const broker = await connectBroker({
    url: through(proxy),
    logger: { info: log, warn: log, error: log },
    timing: { ...timing, ...own },
    onFatal: () => {},
  });
  onTestFinished(async () => {
    await broker.close();
    await proxy.close();
  });
  // Not deleted: RabbitMQ 3.10 can't declare a queue again that was deleted while it was still coming up after a restart.
  await withChannel(async (channel) => {
    for (const queue of [TO_ESTIMATE, AFTER_ESTIMATE, TO_ESTIMATE_DEAD]) await channel.purgeQueue(queue);
  });
  return { broker, proxy, logged };
}

function through(proxy: TcpProxy): string {
  return server.url.replace(String(serverPort), String(proxy.port));
}

/** Consumes into `seen`, one at a time. */
async function collect(broker: Broker) {
  const seen: unknown[] = [];
  const consumer = await broker.consume(TO_ESTIMATE, 1, async ({ json }) => void seen.push(json));
  return { seen, consumer };
}

async function withChannel<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
  const connection = await connect(server.url);
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  try {
    return await work(channel);
  } finally {
    await connection.close();
  }
}

/** A broker has two connections, one to publish and one to consume, and they notice a loss one after the other. */
async function untilBothConnectionsAreLost(logged: string[]): Promise<void> {
  await expect.poll(() => logged.filter((line) => line.startsWith('lost the connection')).length).toBe(2);
}

/** Publishes as a service does: until it is confirmed. */
async function publishUntilConfirmed(broker: Broker, json: unknown): Promise<void> {
  await vi.waitFor(() => broker.publish(TO_ESTIMATE, { json }), { ...patience, interval: 50 });
}

test('keeps confirmed messages when the broker is restarted, and goes on consuming and publishing', async () => {
  const { broker } = await open();
  await broker.publish(TO_ESTIMATE, { json: 'before' });
  await server.stop();
  await expect.poll(() => broker.connected).toBe(false);
  await server.start();
  const { seen } = await collect(broker);
  await expect.poll(() => seen, patience).toEqual(['before']);
  await publishUntilConfirmed(broker, 'after');
  await expect.poll(() => seen.at(-1), patience).toBe('after');
});

test('attaches its consumer again, and says so, when the broker is killed and started', async () => {
  const { broker, logged } = await open();
  const { seen, consumer } = await collect(broker);
  await publishUntilConfirmed(broker, 'before');
  await sleep(2_000); // RabbitMQ 3 writes the definitions of new queues to disk only now and then
  await server.kill();
  await untilBothConnectionsAreLost(logged);
  expect(consumer.attached).toBe(false);
  const duringOutage = broker.publish(TO_ESTIMATE, { json: 'during' });
  await expect(duringOutage).rejects.toMatchObject({ grade: 'retryable', code: 'broker_unavailable' });
  await server.start();
  await expect.poll(() => consumer.attached, patience).toBe(true);
  await publishUntilConfirmed(broker, 'after');
  await expect.poll(() => seen.at(-1), patience).toBe('after');
  expect(broker.connected).toBe(true);
});

test('attaches its consumer again when the broker closed its connections', async () => {
  const { broker, logged } = await open();
  const { seen, consumer } = await collect(broker);
  await server.closeConnections();
  await untilBothConnectionsAreLost(logged);
  await expect.poll(() => consumer.attached, patience).toBe(true);
  await publishUntilConfirmed(broker, 'after');
  await expect.poll(() => seen, patience).toEqual(['after']);
});

test('attaches its consumer again when its connection was cut', async () => {
  const { broker, proxy, logged } = await open();
  const { seen, consumer } = await collect(broker);
  proxy.cut();
  await untilBothConnectionsAreLost(logged);
  await expect.poll(() => consumer.attached, patience).toBe(true);
  await publishUntilConfirmed(broker, 'after');
  await expect.poll(() => seen, patience).toEqual(['after']);
});

test('attaches its consumer again when its queue was deleted', async () => {
  const { broker, logged } = await open();
  const { seen, consumer } = await collect(broker);
  await withChannel((channel) => channel.deleteQueue(TO_ESTIMATE));
  await expect.poll(() => logged.join()).toContain('cancelled the consumer');
  await expect.poll(() => consumer.attached, patience).toBe(true);
  await publishUntilConfirmed(broker, 'after');
  await expect.poll(() => seen, patience).toEqual(['after']);
});

test('attaches its consumer again when the broker closed its channel', async () => {
  const { broker, logged } = await open();
  // Acknowledging late enough makes RabbitMQ close the channel, and only that.
  const shortPatience = 'application:set_env(rabbit, consumer_timeout, 200).';
  await server.run('rabbitmqctl', 'eval', 'application:set_env(rabbit, channel_tick_interval, 200).');
  await server.run('rabbitmqctl', 'eval', shortPatience);
  const usualPatience = () =>
    server.run('rabbitmqctl', 'eval', 'application:set_env(rabbit, consumer_timeout, 1800000).');
  onTestFinished(async () => {
    await usualPatience();
    await server.run('rabbitmqctl', 'eval', 'application:set_env(rabbit, channel_tick_interval, 60000).');
  });
  const attempts: number[] = [];
  const slow = Promise.withResolvers<void>();
  const consumer = await broker.consume(TO_ESTIMATE, 1, async ({ attempt }) => {
    attempts.push(attempt);
    if (attempt === 1) await slow.promise;
  });
  // A channel keeps the patience it was opened with: the next one, on which the message comes again, has time.
  await usualPatience();
  await broker.publish(TO_ESTIMATE, { json: 'slow' });
  await expect
    .poll(() => logged.join(), patience)
    .toMatch(/RabbitMQ closed a channel.*timed out|cancelled the consumer/);
  await expect.poll(() => consumer.attached, patience).toBe(true);
  expect(broker.connected).toBe(true);
  slow.resolve();
  await expect.poll(() => attempts, patience).toEqual([1, 2]);
  await expect.poll(() => broker.depth(TO_ESTIMATE), patience).toBe(0);
});

test('never handles more messages than its prefetch when one is redelivered after a lost connection', async () => {
  const { broker, proxy, logged } = await open();
  const gate = Promise.withResolvers<void>();
  let inWork = 0;
  let most = 0;
  const attempts: number[] = [];
  const consumer = await broker.consume(TO_ESTIMATE, 1, async ({ attempt }) => {
    attempts.push(attempt);
    most = Math.max(most, ++inWork);
    if (attempt === 1) await gate.promise;
    inWork--;
  });
  await broker.publish(TO_ESTIMATE, { json: 'x' });
  await expect.poll(() => inWork).toBe(1);
  proxy.cut();
  await untilBothConnectionsAreLost(logged);
  await expect.poll(() => consumer.attached, patience).toBe(true);
  // The broker has delivered it again.
  await expect.poll(() => broker.depth(TO_ESTIMATE), patience).toBe(0);
  await sleep(100);
  expect(attempts).toEqual([1]);
  gate.resolve();
  await expect.poll(() => attempts, patience).toEqual([1, 2]);
  expect(most).toBe(1);
});

test('redelivers a message whose consumer died, and moves it to the dead letters after the last delivery', async () => {
  const { broker } = await open();
  await broker.publish(TO_ESTIMATE, { json: 'kills its estimator' });
  for (let i = 1; i <= MAX_DELIVERIES; i++) {
    const victimProxy = await startTcpProxy(serverPort);
    const victim = await connectBroker({ url: through(victimProxy), timing, onFatal: () => {} });
    const delivery = Promise.withResolvers<Delivery>();
    const forever = Promise.withResolvers<void>();
    await victim.consume(TO_ESTIMATE, 1, (taken) => {
      delivery.resolve(taken);
      return forever.promise;
    });
    expect((await delivery.promise).attempt).toBe(i);
    await victimProxy.close();
    await expect.poll(() => victim.connected).toBe(false);
    forever.resolve();
    await victim.close();
  }
  await expect.poll(() => broker.depth(TO_ESTIMATE_DEAD), patience).toBe(1);
  expect(await broker.depth(TO_ESTIMATE)).toBe(0);
});

test('refuses to publish with a retryable error while the broker is out of reach, and publishes afterwards', async () => {
  const { broker, proxy } = await open();
  await cutOff(proxy, broker);
  const publishing = broker.publish(TO_ESTIMATE, { json: 'during' });
  await expect(publishing).rejects.toMatchObject({ grade: 'retryable' });
  proxy.resume();
  await publishUntilConfirmed(broker, 'after');
});

async function cutOff(proxy: TcpProxy, broker: Broker): Promise<void> {
  proxy.stall();
  proxy.cut();
  await expect.poll(() => broker.connected).toBe(false);
}

test('does not wait for ever on a half-open connection, notices it, and recovers', async () => {
  // The publish is given up before the connection, which is after one to two heartbeats.
  const { broker, proxy } = await open({ publishMs: 1_500, heartbeatS: 5 });
  const { seen, consumer } = await collect(broker);
  proxy.stall();
  const publishing = broker.publish(TO_ESTIMATE, { json: 'during' });
  await expect(publishing).rejects.toMatchObject({ grade: 'retryable', code: 'publish_unconfirmed' });
  await expect.poll(() => broker.connected, patience).toBe(false);
  await expect.poll(() => consumer.attached, patience).toBe(false);
  await expect(broker.depth(TO_ESTIMATE)).rejects.toMatchObject({ grade: 'retryable' });
  proxy.resume();
  await publishUntilConfirmed(broker, 'after');
  await expect.poll(() => seen.at(-1), patience).toBe('after');
});

test('closes although the broker does not answer', async () => {
  const { broker, proxy } = await open();
  await collect(broker);
  proxy.stall();
  await broker.close();
  expect(broker.connected).toBe(false);
});

test('declares a queue again when a message found it missing', async () => {
  const { broker } = await open();
  await withChannel((channel) => channel.deleteQueue(TO_ESTIMATE));
  const publishing = broker.publish(TO_ESTIMATE, { json: 'lost' });
  await expect(publishing).rejects.toMatchObject({ grade: 'retryable', code: 'queue_missing' });
  await publishUntilConfirmed(broker, 'kept');
  const { seen } = await collect(broker);
  await expect.poll(() => seen, patience).toEqual(['kept']);
});

test('refuses to publish with a retryable error during a memory alarm, while consumers go on', async () => {
  const { broker } = await open({ publishMs: 5_000 });
  const results: unknown[] = [];
  await broker.publish(TO_ESTIMATE, { json: 'waiting' });
  await server.run('rabbitmqctl', 'set_vm_memory_high_watermark', 'absolute', '1MB');
  onTestFinished(async () => {
    await server.run('rabbitmqctl', 'set_vm_memory_high_watermark', 'absolute', '500MB');
  });
  const first = broker.publish(TO_ESTIMATE, { json: 'held back' });
  await expect(first).rejects.toMatchObject({ grade: 'retryable', code: 'publish_unconfirmed' });
  const second = broker.publish(TO_ESTIMATE, { json: 'not even sent' });
  await expect(second).rejects.toMatchObject({ grade: 'retryable', code: 'broker_blocked' });
  await broker.consume(TO_ESTIMATE, 1, async ({ json }) => void results.push(json));
  await expect.poll(() => results, patience).toEqual(['waiting']);

  await server.run('rabbitmqctl', 'set_vm_memory_high_watermark', 'absolute', '500MB');
  await publishUntilConfirmed(broker, 'after');
  await expect.poll(() => results, patience).toEqual(['waiting', 'held back', 'after']);
});

test('waits for a broker that is not there yet', async () => {
  const proxy = await startTcpProxy(serverPort);
  onTestFinished(() => proxy.close());
  proxy.stall();
  let connected = false;
  const connecting = connectBroker({
    url: `amqp://guest:guest@127.0.0.1:${proxy.port}`,
    timing,
    onFatal: () => {},
  }).then((broker) => {
    connected = true;
    return broker;
  });
  await sleep(300);
  expect(connected).toBe(false);
  proxy.cut();
  proxy.resume();
  const broker = await connecting;
  await broker.close();
});

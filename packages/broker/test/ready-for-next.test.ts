import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_DELIVERIES, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { ownVhost } from '@attrai/test-servers/own-servers';
import { startTcpProxy } from '@attrai/test-servers/tcp-proxy';
import { connect } from 'amqplib';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Delivery, Handler } from '../src/broker.ts';
import { connectBroker } from '../src/connect-broker.ts';

vi.setConfig({ testTimeout: 60_000 });
const patience = { timeout: 40_000 };

const url = await ownVhost();
const control = await connect(url);
const channel = await control.createChannel();
const sender = await connectBroker({ url, onFatal: () => {} });

beforeEach(async () => {
  for (const queue of [TO_ESTIMATE, TO_ESTIMATE_DEAD]) await channel.purgeQueue(queue);
});

async function publish(...values: unknown[]): Promise<void> {
  for (const json of values) await sender.publish(TO_ESTIMATE, { json });
}

const depth = () => expect.poll(() => sender.depth(TO_ESTIMATE), patience);

/** Has the first message that waits fail once, somewhere else. */
async function failOnce(): Promise<void> {
  const message = await channel.get(TO_ESTIMATE);
  if (!message) throw new Error('The queue is empty');
  channel.reject(message, true);
  await depth().toBeGreaterThan(0);
}

/** 0 also where there is no such queue, which costs the asking channel its life. */
async function consumersOf(queue: string): Promise<number> {
  const asking = await control.createChannel();
  asking.on('error', () => {});
  try {
    return (await asking.checkQueue(queue)).consumerCount;
  } catch {
    return 0;
  } finally {
    await asking.close().catch(() => {});
  }
}

/** A process that consumes one at a time; its connections can be cut, and it can die. */
async function startProcess(handler: Handler) {
  const target = new URL(url);
  const proxy = await startTcpProxy(Number(target.port || 5672));
  target.port = String(proxy.port);
  const broker = await connectBroker({
    url: target.href,
    onFatal: () => {},
    timing: { retry: [5, 50], reopen: [20, 200] },
  });
  // What hangs in a test that fails must not keep it from ending.
  const over = Promise.withResolvers<void>();
  const consumer = await broker.consume(TO_ESTIMATE, 1, (delivery, readyForNext) =>
    Promise.race([handler(delivery, readyForNext), over.promise]),
  );
  onTestFinished(async () => {
    over.resolve();
    await broker.close();
    await proxy.close();
  });
  return { consumer, broker, proxy };
}

/** A handler whose steps the test decides: each message is ready for the next, and then done, when it is told. */
function stepwise() {
  const log: string[] = [];
  const steps = new Map<string, { ready: PromiseWithResolvers<void>; done: PromiseWithResolvers<void> }>();
  const stepsOf = (name: string) => {
    const known = steps.get(name) ?? { ready: Promise.withResolvers<void>(), done: Promise.withResolvers<void>() };
    steps.set(name, known);
    return known;
  };
  const handler: Handler = async ({ json, attempt }: Delivery, readyForNext) => {
    const name = `${json}${attempt}`;
    log.push(`${name} starts`);
    await stepsOf(name).ready.promise;
    readyForNext();
    await stepsOf(name).done.promise;
    log.push(`${name} ends`);
  };
  return {
    handler,
    log,
    /** Names are those of the message with its attempt: `a1`. */
    ready: (name: string) => stepsOf(name).ready.resolve(),
    finish(name: string) {
      stepsOf(name).ready.resolve();
      stepsOf(name).done.resolve();
    },
    seen: () => expect.poll(() => log, patience),
  };
}

test('fetches another when the fetched message is done first', async () => {
  const { handler, ready, finish, seen } = stepwise();
  await publish('a', 'b', 'c', 'd');
  await startProcess(handler);
  await seen().toEqual(['a1 starts']);
  ready('a1');
  await seen().toEqual(['a1 starts', 'b1 starts']);
  finish('b1');
  await seen().toEqual(['a1 starts', 'b1 starts', 'b1 ends', 'c1 starts']);
  await sleep(100);
  await depth().toBe(1);
  for (const name of ['a1', 'c1', 'd1']) finish(name);
  await seen().toHaveLength(8);
  await depth().toBe(0);
});

test('starts no third message when its channel and the queue were lost with two in flight', async () => {
  const { handler, log, ready, finish, seen } = stepwise();
  await publish('a', 'b');
  await startProcess(handler);
  await seen().toEqual(['a1 starts']);
  ready('a1');
  await seen().toEqual(['a1 starts', 'b1 starts']);
  ready('b1');
  await channel.deleteQueue(TO_ESTIMATE);
  await expect.poll(() => consumersOf(TO_ESTIMATE), patience).toBe(1);
  await publish('c');
  await depth().toBe(0);
  await sleep(100);
  expect(log).toEqual(['a1 starts', 'b1 starts']);
  finish('a1');
  await seen().toEqual(['a1 starts', 'b1 starts', 'a1 ends', 'c1 starts']);
  for (const name of ['b1', 'c1']) finish(name);
  await seen().toHaveLength(6);
});

test('keeps no message in flight that waits beside one that is not ready for the next', async () => {
  const { handler, ready, finish, seen } = stepwise();
  await publish('a', 'b', 'c');
  await startProcess(handler);
  await seen().toEqual(['a1 starts']);
  ready('a1');
  await seen().toEqual(['a1 starts', 'b1 starts']);
  finish('a1');
  await seen().toEqual(['a1 starts', 'b1 starts', 'a1 ends']);
  await sleep(100);
  await depth().toBe(1);
  finish('c1');
  finish('b1');
  await seen().toContain('c1 ends');
});

test('handles the next message as usual when there was none to fetch', async () => {
  const { handler, ready, finish, seen } = stepwise();
  await publish('a');
  await startProcess(handler);
  await seen().toEqual(['a1 starts']);
  ready('a1');
  await sleep(1_000);
  await publish('b');
  finish('a1');
  await seen().toEqual(['a1 starts', 'a1 ends', 'b1 starts']);
  finish('b1');
  await depth().toBe(0);
});

test('starts a redelivered message when the one before is done, and nothing beside it', async () => {
  const { handler, ready, finish, seen } = stepwise();
  await publish('a');
  await startProcess(handler);
  await seen().toEqual(['a1 starts']);
  await publish('suspect');
  await failOnce();
  await publish('b');
  ready('a1');
  await depth().toBe(1);
  await sleep(100);
  await seen().toEqual(['a1 starts']);
  finish('a1');
  await seen().toEqual(['a1 starts', 'a1 ends', 'suspect2 starts']);
  ready('suspect2');
  await sleep(100);
  await depth().toBe(1);
  finish('suspect2');
  await seen().toEqual(['a1 starts', 'a1 ends', 'suspect2 starts', 'suspect2 ends', 'b1 starts']);
  finish('b1');
  await depth().toBe(0);
});

test('messages that kill their process take none of those beside them to the dead letters', {
  timeout: 180_000,
}, async () => {
  const queued = ['i1', 'deadly1', 'i2', 'i3', 'deadly2', 'deadly3', 'i4', 'i5', 'i6', 'deadly4', 'i7'];
  const innocent = queued.filter((name) => name.startsWith('i'));
  await publish(...queued);
  const done = new Map<string, number>();
  const deaths: string[] = [];

  /** Resolves when the process has died. */
  async function live(): Promise<void> {
    const dying = Promise.withResolvers<void>();
    let dead = false;
    let started = Promise.withResolvers<void>();
    const { proxy } = await startProcess(async ({ json, attempt }, readyForNext) => {
      const name = String(json);
      started.resolve();
      started = Promise.withResolvers<void>();
      if (innocent.includes(name)) {
        readyForNext();
        // Until the next has started, if there is one.
        await Promise.race([started.promise, sleep(1_000)]);
      } else {
        deaths.push(name);
        dead = true;
        dying.resolve();
      }
      if (dead) await new Promise(() => {});
      done.set(name, attempt);
    });
    await dying.promise;
    await proxy.close();
  }

  const living = (async () => {
    while (deaths.length < 4 * MAX_DELIVERIES) await live();
    const { handler, finish } = stepwise();
    for (const name of innocent) for (const attempt of [1, 2, 3]) finish(`${name}${attempt}`);
    await startProcess(async (delivery, readyForNext) => {
      await handler(delivery, readyForNext);
      done.set(String(delivery.json), delivery.attempt);
    });
  })();
  // Twelve lives, one after the other.
  await expect.poll(() => [...done.keys()].toSorted(), { timeout: 150_000 }).toEqual(innocent);
  await living;
  await expect.poll(() => sender.depth(TO_ESTIMATE_DEAD), patience).toBe(4);
  await depth().toBe(0);
  expect(deaths.toSorted()).toEqual([1, 2, 3, 4].flatMap((n) => Array(MAX_DELIVERIES).fill(`deadly${n}`)));
  // The test would show nothing if none of them had been beside a deadly one.
  expect(Math.max(...done.values())).toBe(2);
});

test('finishes both messages in flight when it stops, and leaves the others untouched', async () => {
  const { handler, log, ready, finish, seen } = stepwise();
  await publish('a', 'b', 'c');
  const { consumer } = await startProcess(handler);
  await seen().toEqual(['a1 starts']);
  ready('a1');
  await seen().toEqual(['a1 starts', 'b1 starts']);
  const stopped = consumer.stop();
  finish('a1');
  finish('b1');
  await stopped;
  expect(log).toEqual(['a1 starts', 'b1 starts', 'a1 ends', 'b1 ends']);
  await depth().toBe(1);
  const { handler: another, seen: seenThere } = stepwise();
  await startProcess(another);
  await seenThere().toEqual(['c1 starts']);
});

test('handles the next message that was on its way when it stopped', async () => {
  const { handler, log, ready, finish, seen } = stepwise();
  await publish('a', 'b');
  const { consumer, proxy } = await startProcess(handler);
  await seen().toEqual(['a1 starts']);
  proxy.stall();
  ready('a1');
  await sleep(20);
  finish('a1');
  finish('b1');
  const stopped = consumer.stop();
  proxy.resume();
  await stopped;
  expect(log).toEqual(['a1 starts', 'a1 ends', 'b1 starts', 'b1 ends']);
  await depth().toBe(0);
});

test('handles both messages again, one after the other, that were in flight when the connection broke', async () => {
  const { handler, log, ready, finish, seen } = stepwise();
  await publish('a', 'b');
  const { consumer, proxy } = await startProcess(handler);
  await seen().toEqual(['a1 starts']);
  ready('a1');
  await seen().toEqual(['a1 starts', 'b1 starts']);
  proxy.cut();
  // One has come again, and waits in hand.
  await depth().toBe(1);
  expect(log).toEqual(['a1 starts', 'b1 starts']);
  finish('b1');
  await seen().toEqual(['a1 starts', 'b1 starts', 'b1 ends']);
  finish('a1');
  for (const name of ['a2', 'b2']) finish(name);
  await seen().toHaveLength(8);
  expect(
    log
      .slice(4)
      .filter((line) => line.endsWith('starts'))
      .toSorted(),
  ).toEqual(['a2 starts', 'b2 starts']);
  expect(log.slice(4).map((line) => line.split(' ')[1])).toEqual(['starts', 'ends', 'starts', 'ends']);
  await depth().toBe(0);
  await consumer.stop();
});

test('stops although the connection broke while a redelivered message waited', async () => {
  const { handler, log, ready, finish, seen } = stepwise();
  await publish('a');
  const { consumer, proxy } = await startProcess(handler);
  await seen().toEqual(['a1 starts']);
  await publish('suspect');
  await failOnce();
  ready('a1');
  await depth().toBe(0);
  proxy.stall();
  proxy.cut();
  await expect.poll(() => consumer.attached).toBe(false);
  finish('a1');
  await consumer.stop();
  expect(log).toEqual(['a1 starts', 'a1 ends']);
  await depth().toBe(2);
});

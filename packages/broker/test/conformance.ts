import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { FinalError, RetryableError } from '@attrai/contracts/errors';
import { AFTER_ESTIMATE, MAX_DELIVERIES, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Delivery, Message } from '../src/broker.ts';
import { type BrokerUnderTest, openForEach } from './broker-under-test.ts';

/** The promises of a Broker, to be kept by each implementation. */
export function brokerConformance(underTest: BrokerUnderTest): void {
  describe('a broker', () => promises(underTest));
}

function promises(underTest: BrokerUnderTest): void {
  const { opened, collect, publishAll, depthOf } = openForEach(underTest);

  test('delivers messages in the order they were published', async () => {
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    await publishAll(TO_ESTIMATE, ...numbers);
    const { values } = await collect(TO_ESTIMATE, 1);
    await expect.poll(values).toEqual(numbers);
  });

  test('has no problem while it works, and one when it is closed', async () => {
    const { broker } = opened;
    await collect(TO_ESTIMATE);
    expect(broker.problem).toBeUndefined();
    await broker.close();
    expect(broker.problem).toEqual(expect.any(String));
  });

  test('delivers a copy, with attempt 1', async () => {
    const json = { text: 'line\nbreak, ünïcode 😀', nested: [1, null, { deep: true }] };
    const message: Message = { json };
    const { deliveries } = await collect(AFTER_ESTIMATE);
    await opened.broker.publish(AFTER_ESTIMATE, message);
    json.text = 'changed later';
    await expect.poll(() => deliveries.length).toBe(1);
    expect(deliveries[0]).toEqual({
      json: { text: 'line\nbreak, ünïcode 😀', nested: [1, null, { deep: true }] },
      attempt: 1,
    });
  });

  test.each([0, 1, 5 * 1024 * 1024])('delivers an attachment of %i bytes as it was', async (size) => {
    const attachment = randomBytes(size);
    const { deliveries } = await collect(TO_ESTIMATE);
    await opened.broker.publish(TO_ESTIMATE, { json: 'photo', attachment });
    await expect.poll(() => deliveries.length).toBe(1);
    expect(deliveries[0]!.json).toBe('photo');
    expect(deliveries[0]!.attachment!.equals(attachment)).toBe(true);
  });

  test('refuses a message above 16 MiB for good, and takes one just below', async () => {
    const json = 'x';
    const room = 16 * 1024 * 1024 - '"x"\n'.length;
    const tooLarge = opened.broker.publish(TO_ESTIMATE, { json, attachment: Buffer.alloc(room + 1) });
    await expect(tooLarge).rejects.toMatchObject({ grade: 'final', code: 'message_too_large' });
    await opened.broker.publish(TO_ESTIMATE, { json, attachment: Buffer.alloc(room) });
    const { deliveries } = await collect(TO_ESTIMATE);
    await expect.poll(() => deliveries.length).toBe(1);
  });

  test('counts the messages that wait, not those in flight', async () => {
    await publishAll(TO_ESTIMATE, 1, 2, 3);
    await depthOf(TO_ESTIMATE).toBe(3);
    expect(await opened.broker.depth(AFTER_ESTIMATE)).toBe(0);
    const gate = Promise.withResolvers<void>();
    await opened.broker.consume(TO_ESTIMATE, 2, () => gate.promise);
    await depthOf(TO_ESTIMATE).toBe(1);
    gate.resolve();
    await depthOf(TO_ESTIMATE).toBe(0);
  });

  test('counts the consumers of a queue, until they stop', async () => {
    expect(await opened.broker.consumers(TO_ESTIMATE)).toBe(0);
    const both = await Promise.all([1, 2].map(() => opened.broker.consume(TO_ESTIMATE, 1, async () => {})));
    const counted = () => expect.poll(() => opened.broker.consumers(TO_ESTIMATE), { timeout: 10_000 });
    await counted().toBe(2);
    expect(await opened.broker.consumers(AFTER_ESTIMATE)).toBe(0);
    await both[0]!.stop();
    await counted().toBe(1);
  });

  test('handles as many messages at a time as the prefetch allows, and not more', async () => {
    let inWork = 0;
    let most = 0;
    let done = 0;
    await publishAll(TO_ESTIMATE, ...Array(12).keys());
    await opened.broker.consume(TO_ESTIMATE, 3, async () => {
      most = Math.max(most, ++inWork);
      await sleep(20);
      inWork--;
      done++;
    });
    await expect.poll(() => done).toBe(12);
    expect(most).toBe(3);
  });

  test('starts one message beside a handler that is ready for the next, and no third', async () => {
    const started: unknown[] = [];
    const gates = [0, 1, 2, 3].map(() => ({
      ready: Promise.withResolvers<void>(),
      done: Promise.withResolvers<void>(),
    }));
    // What hangs in a test that fails must not keep it from ending.
    onTestFinished(() => {
      for (const { ready, done } of gates) {
        ready.resolve();
        done.resolve();
      }
    });
    await publishAll(TO_ESTIMATE, ...gates.keys());
    await opened.broker.consume(TO_ESTIMATE, 1, async ({ json }, readyForNext) => {
      started.push(json);
      const { ready, done } = gates[json as number]!;
      await ready.promise;
      readyForNext();
      await done.promise;
    });
    await expect.poll(() => started).toEqual([0]);
    gates[0]!.ready.resolve();
    await expect.poll(() => started).toEqual([0, 1]);
    gates[1]!.ready.resolve();
    await sleep(100);
    expect(started).toEqual([0, 1]);
    gates[0]!.done.resolve();
    await expect.poll(() => started).toEqual([0, 1, 2]);
    gates[2]!.ready.resolve();
    await sleep(100);
    expect(started).toEqual([0, 1, 2]);
    gates[1]!.done.resolve();
    await expect.poll(() => started).toEqual([0, 1, 2, 3]);
  });

  test('handles each message once, in order, when handlers are ready for the next before they are done', async () => {
    const numbers = Array.from({ length: 20 }, (_, i) => i);
    const started: unknown[] = [];
    let inWork = 0;
    let most = 0;
    let done = 0;
    await publishAll(TO_ESTIMATE, ...numbers);
    await opened.broker.consume(TO_ESTIMATE, 1, async ({ json }, readyForNext) => {
      started.push(json);
      most = Math.max(most, ++inWork);
      await sleep(2);
      readyForNext();
      await sleep(2);
      inWork--;
      done++;
    });
    await expect.poll(() => done).toBe(20);
    expect(started).toEqual(numbers);
    expect(most).toBeLessThanOrEqual(2);
    await depthOf(TO_ESTIMATE).toBe(0);
  });

  test('shares the work among consumers', async () => {
    const seen: [string, unknown][] = [];
    const work = (who: string) => async (delivery: Delivery) => {
      seen.push([who, delivery.json]);
      await sleep(5);
    };
    await opened.broker.consume(TO_ESTIMATE, 20, work('a'));
    await opened.broker.consume(TO_ESTIMATE, 20, work('b'));
    await publishAll(TO_ESTIMATE, ...Array(20).keys());
    await expect.poll(() => seen.length).toBe(20);
    expect(new Set(seen.map(([who]) => who))).toEqual(new Set(['a', 'b']));
    expect(new Set(seen.map(([, json]) => json)).size).toBe(20);
  });

  test.each([
    ['a retryable error', new RetryableError('busy', 'later')],
    ['an ungraded error', new TypeError('a bug')],
  ])(`delivers ${MAX_DELIVERIES} times on %s, then to the dead letters`, async (_, error) => {
    const attempts: number[] = [];
    await opened.broker.consume(TO_ESTIMATE, 1, async ({ attempt }) => {
      attempts.push(attempt);
      throw error;
    });
    const dead = await collect(TO_ESTIMATE_DEAD);
    const attachment = randomBytes(100);
    await opened.broker.publish(TO_ESTIMATE, { json: 'unlucky', attachment });
    await expect
      .poll(() => dead.deliveries, { timeout: 10_000 })
      .toEqual([{ json: 'unlucky', attachment, attempt: 1, diedIn: TO_ESTIMATE }]);
    expect(attempts).toEqual([1, 2, 3]);
    await depthOf(TO_ESTIMATE).toBe(0);
  });

  test('acknowledges a message that succeeds at a later attempt', async () => {
    const attempts: number[] = [];
    await opened.broker.consume(TO_ESTIMATE, 1, async ({ attempt }) => {
      attempts.push(attempt);
      if (attempt < MAX_DELIVERIES) throw new RetryableError('busy', 'later');
    });
    await publishAll(TO_ESTIMATE, 'lucky');
    await expect.poll(() => attempts).toEqual([1, 2, 3]);
    await depthOf(TO_ESTIMATE_DEAD).toBe(0);
  });

  test.each([AFTER_ESTIMATE, TO_ESTIMATE_DEAD] as const)(
    'never gives up a message of %s that may succeed',
    async (queue) => {
      const attempts: number[] = [];
      await opened.broker.consume(queue, 1, async ({ attempt }) => {
        attempts.push(attempt);
        if (attempt < 30) throw new RetryableError('busy', 'Redis is away');
      });
      await publishAll(queue, 'result');
      await expect.poll(() => attempts.at(-1), { timeout: 20_000 }).toBe(30);
      expect(attempts).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    },
  );

  test('waits as long as a retryable error asks', async () => {
    const times: number[] = [];
    await opened.broker.consume(AFTER_ESTIMATE, 1, async ({ attempt }) => {
      times.push(performance.now());
      if (attempt === 1) throw new RetryableError('busy', 'later', { retryAfterMs: 40 });
    });
    await publishAll(AFTER_ESTIMATE, 'x');
    await expect.poll(() => times.length).toBe(2);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(39);
  });

  test('waits no longer than its own longest pause, whatever an error asks', async () => {
    let attempts = 0;
    await opened.broker.consume(AFTER_ESTIMATE, 1, async () => {
      if (++attempts === 1) throw new RetryableError('busy', 'much later', { retryAfterMs: 3_600_000 });
    });
    await publishAll(AFTER_ESTIMATE, 'x');
    await expect.poll(() => attempts).toBe(2);
  });

  test('pauses before a retry in one slot, while other messages are handled', async () => {
    const seen: unknown[] = [];
    const broker = await underTest.open(() => {}, [5, 3_000]);
    for (const json of ['fails', 'a', 'b']) await broker.publish(AFTER_ESTIMATE, { json });
    await broker.consume(AFTER_ESTIMATE, 2, async ({ json, attempt }) => {
      if (json === 'fails' && attempt === 1) throw new RetryableError('busy', 'later', { retryAfterMs: 3_000 });
      seen.push(json);
    });
    await expect.poll(() => seen).toEqual(['a', 'b', 'fails']);
  });

  test('moves a waiting message that expires to the dead letters, and none that is in flight', async () => {
    const dead = await collect(TO_ESTIMATE_DEAD);
    await opened.broker.publish(TO_ESTIMATE, { json: 'late' }, Date.now() + 200);
    await expect
      .poll(() => dead.deliveries)
      .toEqual([{ json: 'late', attempt: 1, diedIn: TO_ESTIMATE, expired: true }]);

    const started: unknown[] = [];
    const goOn = Promise.withResolvers<void>();
    const consumer = await opened.broker.consume(TO_ESTIMATE, 1, async ({ json }) => {
      started.push(json);
      await goOn.promise;
    });
    // So long that both are in work before, however slow the machine.
    const over = Date.now() + 3_000;
    await opened.broker.publish(TO_ESTIMATE, { json: 'in work' }, over);
    await opened.broker.publish(TO_ESTIMATE, { json: 'late, too' }, over);
    await expect.poll(() => started).toEqual(['in work']);
    await expect.poll(dead.values).toEqual(['late', 'late, too']);
    goOn.resolve();
    await consumer.stop();
    await depthOf(TO_ESTIMATE).toBe(0);
    expect(dead.values()).toEqual(['late', 'late, too']);
  });

  test('moves a message that had expired when it failed to the dead letters', async () => {
    const broker = await underTest.open(() => {}, [1_500, 1_500]);
    const dead: unknown[] = [];
    await broker.consume(TO_ESTIMATE_DEAD, 1, async ({ json, expired }) => void dead.push([json, expired]));
    let attempts = 0;
    await broker.consume(TO_ESTIMATE, 1, async () => {
      attempts++;
      throw new RetryableError('busy', 'later', { retryAfterMs: 1_500 });
    });
    await broker.publish(TO_ESTIMATE, { json: 'fails' }, Date.now() + 1_000);
    await expect.poll(() => dead).toEqual([['fails', true]]);
    expect(attempts).toBeLessThan(2);
  });

  test.each([TO_ESTIMATE, AFTER_ESTIMATE] as const)(
    'moves a message of %s to the dead letters at a final error',
    async (queue) => {
      let handled = 0;
      await opened.broker.consume(queue, 1, async () => {
        handled++;
        throw new FinalError('hopeless', 'never');
      });
      const dead = await collect(TO_ESTIMATE_DEAD);
      await publishAll(queue, 'hopeless');
      await expect.poll(dead.values).toEqual(['hopeless']);
      expect(handled).toBe(1);
    },
  );

  test('drops a dead letter only at a final error', async () => {
    let handled = 0;
    await opened.broker.consume(TO_ESTIMATE_DEAD, 1, async () => {
      handled++;
      throw new FinalError('hopeless', 'never');
    });
    await publishAll(TO_ESTIMATE_DEAD, 'hopeless');
    await expect.poll(() => handled).toBe(1);
    await sleep(100);
    expect([handled, await opened.broker.depth(TO_ESTIMATE_DEAD)]).toEqual([1, 0]);
  });

  const { putRaw, openAnother } = underTest;
  const badBodies = [
    ['is not JSON', 'application/json', 'hello'],
    ['is empty', 'application/json', ''],
    ['is cut before its attachment', 'application/vnd.attrai.json-and-attachment', '{"a":1}'],
    ['has no JSON before its attachment', 'application/vnd.attrai.json-and-attachment', '{"a"\nbytes'],
  ];
  test.each(putRaw ? badBodies : [])(
    'keeps a body that %s from its handlers, and gives its bytes to whoever takes the dead letters',
    async (_, contentType, text) => {
      const queues = [TO_ESTIMATE, AFTER_ESTIMATE] as const;
      for (const queue of queues) await putRaw!(queue, contentType!, Buffer.from(text!));
      const seen = await Promise.all(queues.map((queue) => collect(queue)));
      await depthOf(TO_ESTIMATE_DEAD).toBe(2);
      await putRaw!(TO_ESTIMATE_DEAD, contentType!, Buffer.from(text!));

      const dead = await collect(TO_ESTIMATE_DEAD);
      await expect.poll(() => dead.deliveries.length).toBe(3);
      for (const { json, attachment } of dead.deliveries) expect([json, String(attachment)]).toEqual([undefined, text]);
      expect(dead.deliveries.map(({ diedIn }) => diedIn).sort()).toEqual([AFTER_ESTIMATE, TO_ESTIMATE, undefined]);
      await publishAll(TO_ESTIMATE_DEAD, 'sound');
      await expect.poll(() => dead.values().at(-1)).toBe('sound');
      expect(seen.map(({ deliveries }) => deliveries)).toEqual([[], []]);
    },
  );

  test('delivers a dead letter with the queue it came from, and that it was refused', async () => {
    await publishAll(TO_ESTIMATE, 1);
    await publishAll(AFTER_ESTIMATE, 2);
    const dies = () => Promise.reject(new FinalError('bad', 'no way'));
    for (const queue of [TO_ESTIMATE, AFTER_ESTIMATE] as const) await opened.broker.consume(queue, 1, dies);
    const dead = await collect(TO_ESTIMATE_DEAD);
    await expect.poll(() => dead.deliveries.length).toBe(2);
    const places = dead.deliveries.map(({ json, diedIn, refused }) => [json, diedIn, refused]);
    expect(places.sort()).toEqual([
      [1, TO_ESTIMATE, true],
      [2, AFTER_ESTIMATE, true],
    ]);
  });

  if (openAnother) {
    test('lets every client see the same queues', async () => {
      const other = await openAnother();
      onTestFinished(() => other.close());
      await publishAll(TO_ESTIMATE, 'for the other');
      const seen: unknown[] = [];
      await other.consume(TO_ESTIMATE, 1, async ({ json }) => void seen.push(json));
      await expect.poll(() => seen).toEqual(['for the other']);
    });
  }
}

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, Delivery, Message } from '@attrai/broker/broker';
import type { BackOff } from '@attrai/broker/timing';
import { FatalError, FinalError, gradeOf, RetryableError } from '@attrai/contracts/errors';
import {
  AFTER_ESTIMATE,
  MAX_DELIVERIES,
  type QueueName,
  TO_ESTIMATE,
  TO_ESTIMATE_DEAD,
} from '@attrai/contracts/queues';
import { beforeEach, expect, onTestFinished, test } from 'vitest';

export interface BrokerUnderTest {
  /** A broker on empty queues, closed after the test. */
  open(onFatal: (error: unknown) => void, retry: BackOff): Promise<Broker>;
  /** Another on the same queues, where there can be one. */
  openAnother?(): Promise<Broker>;
  /** Puts a body into the queue as it is, where anybody but our brokers can. */
  putRaw?(queue: QueueName, contentType: string, body: Buffer): Promise<void>;
  /** Whether a message that is handed back counts as delivered once more (RabbitMQ before 4.3). */
  countsHandBacks: boolean;
}

const BRIEF: BackOff = [5, 50];
const AN_HOUR: BackOff = [3_600_000, 3_600_000];

/** The promises of a Broker, to be kept by each implementation. */
export function brokerConformance(underTest: BrokerUnderTest): void {
  let broker: Broker;
  let fatalErrors: unknown[];

  beforeEach(async () => {
    fatalErrors = [];
    broker = await underTest.open((error) => fatalErrors.push(error), BRIEF);
  });

  /** Collects what a queue delivers. */
  async function collect(queue: QueueName, prefetch = 10) {
    const deliveries: Delivery[] = [];
    const consumer = await broker.consume(queue, prefetch, async (delivery) => void deliveries.push(delivery));
    return { deliveries, consumer, values: () => deliveries.map(({ json }) => json) };
  }

  async function publishAll(queue: QueueName, ...values: unknown[]): Promise<void> {
    for (const json of values) await broker.publish(queue, { json });
  }

  const depthOf = (queue: QueueName) => expect.poll(() => broker.depth(queue), { timeout: 10_000 });

  test('delivers messages in the order they were published', async () => {
    const numbers = Array.from({ length: 50 }, (_, i) => i);
    await publishAll(TO_ESTIMATE, ...numbers);
    const { values } = await collect(TO_ESTIMATE, 1);
    await expect.poll(values).toEqual(numbers);
  });

  test('delivers a copy, with attempt 1', async () => {
    const json = { text: 'line\nbreak, ünïcode 😀', nested: [1, null, { deep: true }] };
    const message: Message = { json };
    const { deliveries } = await collect(AFTER_ESTIMATE);
    await broker.publish(AFTER_ESTIMATE, message);
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
    await broker.publish(TO_ESTIMATE, { json: 'photo', attachment });
    await expect.poll(() => deliveries.length).toBe(1);
    expect(deliveries[0]!.json).toBe('photo');
    expect(deliveries[0]!.attachment!.equals(attachment)).toBe(true);
  });

  test('refuses a message above 16 MiB for good, and takes one just below', async () => {
    const json = 'x';
    const room = 16 * 1024 * 1024 - '"x"\n'.length;
    const tooLarge = broker.publish(TO_ESTIMATE, { json, attachment: Buffer.alloc(room + 1) });
    await expect(tooLarge).rejects.toMatchObject({ grade: 'final', code: 'message_too_large' });
    await broker.publish(TO_ESTIMATE, { json, attachment: Buffer.alloc(room) });
    const { deliveries } = await collect(TO_ESTIMATE);
    await expect.poll(() => deliveries.length).toBe(1);
  });

  test('counts the messages that wait, not those in work', async () => {
    await publishAll(TO_ESTIMATE, 1, 2, 3);
    await depthOf(TO_ESTIMATE).toBe(3);
    expect(await broker.depth(AFTER_ESTIMATE)).toBe(0);
    const gate = Promise.withResolvers<void>();
    await broker.consume(TO_ESTIMATE, 2, () => gate.promise);
    await depthOf(TO_ESTIMATE).toBe(1);
    gate.resolve();
    await depthOf(TO_ESTIMATE).toBe(0);
  });

  test('works on as many messages at a time as the prefetch allows, and not more', async () => {
    let inWork = 0;
    let most = 0;
    let done = 0;
    await publishAll(TO_ESTIMATE, ...Array(12).keys());
    await broker.consume(TO_ESTIMATE, 3, async () => {
      most = Math.max(most, ++inWork);
      await sleep(20);
      inWork--;
      done++;
    });
    await expect.poll(() => done).toBe(12);
    expect(most).toBe(3);
  });

  test('shares the work among consumers', async () => {
    const seen: [string, unknown][] = [];
    const work = (who: string) => async (delivery: Delivery) => {
      seen.push([who, delivery.json]);
      await sleep(5);
    };
    await broker.consume(TO_ESTIMATE, 20, work('a'));
    await broker.consume(TO_ESTIMATE, 20, work('b'));
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
    await broker.consume(TO_ESTIMATE, 1, async ({ attempt }) => {
      attempts.push(attempt);
      throw error;
    });
    const dead = await collect(TO_ESTIMATE_DEAD);
    const attachment = randomBytes(100);
    await broker.publish(TO_ESTIMATE, { json: 'unlucky', attachment });
    await expect
      .poll(() => dead.deliveries, { timeout: 10_000 })
      .toEqual([{ json: 'unlucky', attachment, attempt: 1, diedIn: TO_ESTIMATE }]);
    expect(attempts).toEqual([1, 2, 3]);
    await depthOf(TO_ESTIMATE).toBe(0);
  });

  test('is done with a message that succeeds at a later attempt', async () => {
    const attempts: number[] = [];
    await broker.consume(TO_ESTIMATE, 1, async ({ attempt }) => {
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
      await broker.consume(queue, 1, async ({ attempt }) => {
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
    await broker.consume(AFTER_ESTIMATE, 1, async ({ attempt }) => {
      times.push(performance.now());
      if (attempt === 1) throw new RetryableError('busy', 'later', { retryAfterMs: 40 });
    });
    await publishAll(AFTER_ESTIMATE, 'x');
    await expect.poll(() => times.length).toBe(2);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(39);
  });

  test('waits no longer than its own longest pause, whatever an error asks', async () => {
    let attempts = 0;
    await broker.consume(AFTER_ESTIMATE, 1, async () => {
      if (++attempts === 1) throw new RetryableError('busy', 'much later', { retryAfterMs: 3_600_000 });
    });
    await publishAll(AFTER_ESTIMATE, 'x');
    await expect.poll(() => attempts).toBe(2);
  });

  test('spends the wait before a retry in one slot, while others work', async () => {
    const seen: unknown[] = [];
    await broker.consume(AFTER_ESTIMATE, 2, async ({ json, attempt }) => {
      if (json === 'fails' && attempt === 1) throw new RetryableError('busy', 'later', { retryAfterMs: 40 });
      seen.push(json);
    });
    await publishAll(AFTER_ESTIMATE, 'fails', 'a', 'b');
    await expect.poll(() => seen).toEqual(['a', 'b', 'fails']);
  });

  test.each([TO_ESTIMATE, AFTER_ESTIMATE] as const)(
    'moves a message of %s to the dead letters at a final error',
    async (queue) => {
      let handled = 0;
      await broker.consume(queue, 1, async () => {
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
    await broker.consume(TO_ESTIMATE_DEAD, 1, async () => {
      handled++;
      throw new FinalError('hopeless', 'never');
    });
    await publishAll(TO_ESTIMATE_DEAD, 'hopeless');
    await expect.poll(() => handled).toBe(1);
    await sleep(100);
    expect([handled, await broker.depth(TO_ESTIMATE_DEAD)]).toEqual([1, 0]);
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

  test('tells of a dead letter where it died', async () => {
    await publishAll(TO_ESTIMATE, 1);
    await publishAll(AFTER_ESTIMATE, 2);
    const dies = () => Promise.reject(new FinalError('bad', 'no way'));
    for (const queue of [TO_ESTIMATE, AFTER_ESTIMATE] as const) await broker.consume(queue, 1, dies);
    const dead = await collect(TO_ESTIMATE_DEAD);
    await expect.poll(() => dead.deliveries.length).toBe(2);
    const places = dead.deliveries.map(({ json, diedIn }) => [json, diedIn]);
    expect(places.sort()).toEqual([
      [1, TO_ESTIMATE],
      [2, AFTER_ESTIMATE],
    ]);
  });

  test(`hands the message back at a fatal error${underTest.countsHandBacks ? '' : ', uncounted'}, tells it once, and takes no more`, async () => {
    const attempts: number[] = [];
    const error = new FatalError('broken', 'this process is broken');
    const bothInHand = Promise.withResolvers<void>();
    const consumer = await broker.consume(TO_ESTIMATE, 2, async ({ attempt }) => {
      attempts.push(attempt);
      if (attempts.length === 2) bothInHand.resolve();
      await bothInHand.promise;
      throw error;
    });
    await publishAll(TO_ESTIMATE, 'a', 'b', 'c');
    await expect.poll(() => consumer.attached).toBe(false);
    await consumer.stop();
    expect(fatalErrors).toEqual([error]);
    expect(attempts).toEqual([1, 1]);
    await depthOf(TO_ESTIMATE).toBe(3);

    const next = await collect(TO_ESTIMATE);
    await expect.poll(() => next.values().toSorted()).toEqual(['a', 'b', 'c']);
    if (!underTest.countsHandBacks) expect(next.deliveries.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  });

  test('stops when the messages in work are done, and leaves the others', async () => {
    const gate = Promise.withResolvers<void>();
    const finished: unknown[] = [];
    const consumer = await broker.consume(TO_ESTIMATE, 2, async ({ json }) => {
      await gate.promise;
      finished.push(json);
    });
    expect(consumer.attached).toBe(true);
    await publishAll(TO_ESTIMATE, 1, 2, 3, 4);
    await depthOf(TO_ESTIMATE).toBe(2);

    let stopped = false;
    const stopping = consumer.stop().then(() => {
      stopped = true;
    });
    await sleep(50);
    expect([stopped, consumer.attached]).toEqual([false, false]);
    gate.resolve();
    await stopping;
    expect(finished).toEqual([1, 2]);
    await depthOf(TO_ESTIMATE).toBe(2);
    const rest = await collect(TO_ESTIMATE);
    await expect.poll(rest.values).toEqual([3, 4]);
  });

  test(`hands back what fails because it stops${underTest.countsHandBacks ? '' : ', uncounted'}`, async () => {
    const started = Promise.withResolvers<void>();
    const gaveUp = Promise.withResolvers<never>();
    const consumer = await broker.consume(TO_ESTIMATE, 1, async () => {
      started.resolve();
      await gaveUp.promise;
    });
    await publishAll(TO_ESTIMATE, 'x');
    await started.promise;
    const stopped = consumer.stop();
    gaveUp.reject(new RetryableError('outage', 'stopped waiting'));
    await stopped;
    await depthOf(TO_ESTIMATE).toBe(1);
    const next = await collect(TO_ESTIMATE);
    await expect.poll(next.values).toEqual(['x']);
    if (!underTest.countsHandBacks) expect(next.deliveries[0]!.attempt).toBe(1);
    expect(fatalErrors).toEqual([]);
  });

  test('does not wait for a back-off when it stops', async () => {
    const patient = await underTest.open(() => {}, AN_HOUR);
    let failed = false;
    const consumer = await patient.consume(AFTER_ESTIMATE, 1, async () => {
      failed = true;
      throw new RetryableError('busy', 'later');
    });
    await patient.publish(AFTER_ESTIMATE, { json: 'x' });
    await expect.poll(() => failed).toBe(true);
    await consumer.stop();
    await expect.poll(() => patient.depth(AFTER_ESTIMATE)).toBe(1);
  });

  test('waits at close for the work in hand, then refuses to publish as something to retry', async () => {
    const finished: unknown[] = [];
    const started = Promise.withResolvers<void>();
    await broker.consume(TO_ESTIMATE, 1, async ({ json }) => {
      started.resolve();
      await sleep(50);
      await broker.publish(AFTER_ESTIMATE, { json });
      finished.push(json);
    });
    await publishAll(TO_ESTIMATE, 1);
    await started.promise;
    await broker.close();
    expect(finished).toEqual([1]);
    expect(broker.connected).toBe(false);
    const error = await broker.publish(TO_ESTIMATE, { json: 1 }).catch((thrown: unknown) => thrown);
    expect(gradeOf(error)).toBe('retryable');
    expect(error).toMatchObject({ code: 'broker_closed' });
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

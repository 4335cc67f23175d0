import { setTimeout as sleep } from 'node:timers/promises';
import type { BackOff } from '@attrai/contracts/back-off';
import { FatalError, gradeOf, RetryableError } from '@attrai/contracts/errors';
import { AFTER_ESTIMATE, TO_ESTIMATE } from '@attrai/contracts/queues';
import { describe, expect, test } from 'vitest';
import { type BrokerUnderTest, openForEach } from './broker-under-test.ts';

const AN_HOUR: BackOff = [3_600_000, 3_600_000];

/** The promises of a Broker that stops: what it finishes, and what it leaves to others. */
export function stoppingConformance(underTest: BrokerUnderTest): void {
  describe('a broker that stops', () => promises(underTest));
}

function promises(underTest: BrokerUnderTest): void {
  const { opened, collect, publishAll, depthOf } = openForEach(underTest);

  test(`requeues the message after a fatal error${underTest.countsHandBacks ? '' : ', uncounted'}, tells of it once, and takes no more`, async () => {
    const attempts: number[] = [];
    const error = new FatalError('broken', 'this process is broken');
    const bothInHand = Promise.withResolvers<void>();
    const consumer = await opened.broker.consume(TO_ESTIMATE, 2, async ({ attempt }) => {
      attempts.push(attempt);
      if (attempts.length === 2) bothInHand.resolve();
      await bothInHand.promise;
      throw error;
    });
    await publishAll(TO_ESTIMATE, 'a', 'b', 'c');
    await expect.poll(() => consumer.attached).toBe(false);
    await consumer.stop();
    expect(opened.fatalErrors).toEqual([error]);
    expect(attempts).toEqual([1, 1]);
    await depthOf(TO_ESTIMATE).toBe(3);

    const next = await collect(TO_ESTIMATE);
    await expect.poll(() => next.values().toSorted()).toEqual(['a', 'b', 'c']);
    if (!underTest.countsHandBacks) expect(next.deliveries.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  });

  test('stops when the messages in flight are done, and leaves the others', async () => {
    const gate = Promise.withResolvers<void>();
    const finished: unknown[] = [];
    const consumer = await opened.broker.consume(TO_ESTIMATE, 2, async ({ json }) => {
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

  test(`requeues a message that fails because it stops${underTest.countsHandBacks ? '' : ', uncounted'}`, async () => {
    const started = Promise.withResolvers<void>();
    const gaveUp = Promise.withResolvers<never>();
    const consumer = await opened.broker.consume(TO_ESTIMATE, 1, async () => {
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
    expect(opened.fatalErrors).toEqual([]);
  });

  test('ends a back-off when it stops', async () => {
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

  test('waits at close for messages in flight, then refuses to publish with a retryable error', async () => {
    const finished: unknown[] = [];
    const started = Promise.withResolvers<void>();
    await opened.broker.consume(TO_ESTIMATE, 1, async ({ json }) => {
      started.resolve();
      await sleep(50);
      await opened.broker.publish(AFTER_ESTIMATE, { json });
      finished.push(json);
    });
    await publishAll(TO_ESTIMATE, 1);
    await started.promise;
    await opened.broker.close();
    expect(finished).toEqual([1]);
    expect(opened.broker.connected).toBe(false);
    const error = await opened.broker.publish(TO_ESTIMATE, { json: 1 }).catch((thrown: unknown) => thrown);
    expect(gradeOf(error)).toBe('retryable');
    expect(error).toMatchObject({ code: 'broker_closed' });
  });
}

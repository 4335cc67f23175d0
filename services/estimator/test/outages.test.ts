import type { Message } from '@attrai/broker/broker';
import { RetryableError } from '@attrai/contracts/errors';
import { AFTER_ESTIMATE, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { afterEach, expect, test, vi } from 'vitest';
import { Outages } from '../src/outages.ts';
import { startEstimator } from '../src/start-estimator.ts';
import { TWO_FACES } from './estimates.ts';
import * as parts from './estimator-parts.ts';

/** On a busy machine, too. */
const soon = { timeout: 40_000, interval: 20 };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Part = 'RabbitMQ' | 'the photo store';

/** An estimator for whom a part is away until `end` is called. */
async function startIn(outage: Part) {
  const open = await parts.openParts('volume', cleanups);
  const { broker, photoStore } = open;
  const { vision, seen } = parts.scriptedVision(async () => TWO_FACES);
  const answers = await parts.collectResults(broker);
  let away = true;
  let refused = 0;
  const refuse = (part: Part, code: string) => {
    if (!away || part !== outage) return;
    refused += 1;
    throw new RetryableError(code, 'away');
  };
  const estimator = await startEstimator({
    ...open,
    vision,
    broker: {
      ...parts.passOn(broker),
      async publish(queue: QueueName, message: Message) {
        if (queue === AFTER_ESTIMATE) refuse('RabbitMQ', 'broker_blocked');
        await broker.publish(queue, message);
      },
    },
    photoStore: {
      ...parts.passOnStore(photoStore),
      async put(key, bytes) {
        refuse('the photo store', 'store_full');
        return photoStore.put(key, bytes);
      },
    },
  });
  cleanups.push(() => estimator.stop());
  return {
    broker,
    photoStore,
    seen,
    answers,
    estimator,
    end: () => {
      away = false;
    },
    untilRefused: (times: number) => vi.waitFor(() => expect(refused).toBeGreaterThanOrEqual(times), soon),
    attempts: () =>
      open.lines.map((line) => JSON.parse(line)).flatMap(({ msg, attempt }) => (msg === 'estimated' ? [attempt] : [])),
  };
}

test.each([
  ['RabbitMQ', 'broker_blocked'],
  ['the photo store', 'store_full'],
] as const)('a photo waits while %s is away, and the wait is no failed attempt', async (outage, code) => {
  const { broker, photoStore, seen, answers, estimator, attempts, untilRefused, end } = await startIn(outage);
  await parts.sendPhoto(broker, photoStore);
  await untilRefused(5);
  expect(estimator.ready()).toEqual({ ok: false, reason: `a photo waits: ${code}` });
  end();
  const [answer] = await answers.first();
  expect(answer!.result.outcome.kind).toBe('scored');
  await vi.waitFor(() => expect(attempts()).toEqual([1]), soon);
  expect(estimator.ready()).toEqual({ ok: true });
  expect(seen.photos).toBe(1);
  await parts.settled(broker);
});

test('a photo waits for the photo store until its deadline, and is then answered as expired', async () => {
  const { broker, photoStore, answers, attempts } = await startIn('the photo store');
  await parts.sendPhoto(broker, photoStore, { deadline: Date.now() + 1_000 });
  const [answer] = await answers.first();
  expect(answer!.result.outcome).toEqual({ kind: 'expired' });
  await vi.waitFor(() => expect(attempts()).toEqual([1]), soon);
});

test('a photo that waits when the estimator stops is requeued uncounted', async () => {
  const { broker, photoStore, estimator, untilRefused } = await startIn('RabbitMQ');
  const request = await parts.sendPhoto(broker, photoStore);
  await untilRefused(3);
  await estimator.stop();
  expect(await broker.depth(TO_ESTIMATE)).toBe(1);
  expect(await broker.depth(TO_ESTIMATE_DEAD)).toBe(0);
  const attempts: number[] = [];
  await broker.consume(TO_ESTIMATE, 1, async ({ attempt }) => void attempts.push(attempt));
  await vi.waitFor(() => expect(attempts).toEqual([1]), soon);
  expect(await photoStore.keys()).toContain(request.photo.key);
});

test('an outage lasts as long as one of two photos waits', async () => {
  const { logger } = await parts.openParts('message', cleanups);
  const outages = new Outages(logger, new AbortController().signal);
  const [waits, goesOn] = [1, 2].map((key) => parts.requestFor({ store: 'message', key: `key${key}` }));
  let away = true;
  const waiting = outages.rideOut(waits!, async () => {
    if (away) throw new RetryableError('store_full', 'away');
  });
  await vi.waitFor(() => expect(outages.waitingFor).toBe('store_full'), soon);
  await outages.rideOut(goesOn!, async () => {});
  expect(outages.waitingFor).toBe('store_full');
  away = false;
  await waiting;
  expect(outages.waitingFor).toBeUndefined();
});

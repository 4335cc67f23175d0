import type { Broker, Handler } from '@attrai/broker/broker';
import { FinalError, RetryableError } from '@attrai/contracts/errors';
import { AFTER_ESTIMATE } from '@attrai/contracts/queues';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import { afterEach, expect, test, vi } from 'vitest';
import { startEstimator } from '../src/start-estimator.ts';
import { TWO_FACES } from './estimates.ts';
import * as parts from './estimator-parts.ts';
import { decodedTo } from './scripted-vision.ts';

// The order of an estimator's steps, which is what keeps photos safe.

/** On a busy machine, too. */
const soon = { timeout: 40_000, interval: 20 };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('is ready for the next when a photo is decoded; then estimates it, stores the picture, publishes, deletes the original, and only then is done', async () => {
  const { broker, photoStore, logger } = await parts.openParts('volume', cleanups);
  const steps: string[] = [];
  const decode = async (photo: Buffer) => {
    steps.push('decoded');
    return decodedTo(photo);
  };
  const { vision } = parts.scriptedVision(async () => {
    steps.push('looked at');
    return TWO_FACES;
  }, decode);
  const watchedStore: PhotoStore = {
    ...parts.passOnStore(photoStore),
    put: (key, bytes) => photoStore.put(key, bytes).finally(() => steps.push(`stored ${key.split('.')[1]}`)),
    delete: (ref) => photoStore.delete(ref).finally(() => steps.push(`deleted ${ref.key.split('.')[1]}`)),
  };
  const watchedBroker: Broker = {
    ...parts.passOn(broker),
    publish: (queue, message) => broker.publish(queue, message).finally(() => steps.push(`published ${queue}`)),
    consume: (queue, prefetch, handler) =>
      broker.consume(queue, prefetch, (delivery) =>
        handler(delivery, () => steps.push('ready')).finally(() => steps.push('done')),
      ),
  };
  const estimator = await startEstimator({
    broker: watchedBroker,
    photoStore: watchedStore,
    vision,
    logger,
  });
  cleanups.push(() => estimator.stop());
  await parts.sendPhoto(broker, photoStore);
  await vi.waitFor(() => expect(steps).toContain('done'), soon);
  expect(steps).toEqual([
    'decoded',
    'ready',
    'looked at',
    'stored picture',
    `published ${AFTER_ESTIMATE}`,
    'deleted original',
    'done',
  ]);
});

test('fetches and decodes the next photo while one is estimated, and estimates it only after that', async () => {
  const { broker, photoStore, logger } = await parts.openParts('volume', cleanups);
  const looked = Promise.withResolvers<void>();
  const { vision, seen } = parts.scriptedVision(async () => {
    await looked.promise;
    return TWO_FACES;
  });
  const handlers: Handler[] = [];
  const eager: Broker = {
    ...parts.passOn(broker),
    async consume(_queue, _prefetch, handler) {
      handlers.push(handler);
      return { attached: true, async stop() {} };
    },
  };
  const fetched: string[] = [];
  const watchedStore: PhotoStore = {
    ...parts.passOnStore(photoStore),
    get: (parcel) => photoStore.get(parcel).finally(() => fetched.push(parcel.ref.key)),
  };
  await startEstimator({ broker: eager, photoStore: watchedStore, vision, logger });
  const [first, second] = [await parts.sendPhoto(broker, photoStore), await parts.sendPhoto(broker, photoStore)];
  let beside: Promise<void> | undefined;
  const done = handlers[0]!({ json: first, attempt: 1 }, () => {
    beside = handlers[0]!({ json: second, attempt: 1 }, () => {});
  });
  await vi.waitFor(() => expect(fetched).toEqual([first.photo.key, second.photo.key]), soon);
  await vi.waitFor(() => expect(seen).toMatchObject({ decoded: 2, photos: 1 }), soon);
  looked.resolve();
  await Promise.all([done, beside]);
  expect(seen).toMatchObject({ photos: 2, mostInHand: 1 });
});

test('is not ready for the next before it has answered a photo that it could not decode', async () => {
  const { broker, photoStore, logger } = await parts.openParts('volume', cleanups);
  const { vision } = parts.scriptedVision(
    async () => TWO_FACES,
    () => Promise.reject(new FinalError('unreadable', 'broken')),
  );
  const steps: string[] = [];
  const watchedBroker: Broker = {
    ...parts.passOn(broker),
    consume: (queue, prefetch, handler) =>
      broker.consume(queue, prefetch, (delivery) =>
        handler(delivery, () => steps.push('ready')).finally(() => steps.push('done')),
      ),
  };
  const estimator = await startEstimator({ broker: watchedBroker, photoStore, vision, logger });
  cleanups.push(() => estimator.stop());
  await parts.sendPhoto(broker, photoStore);
  await vi.waitFor(() => expect(steps).toEqual(['done']), soon);
});

test('a repetition whose original is gone ends without a result: that was published before the original was deleted', async () => {
  const { broker, photoStore, logger } = await parts.openParts('volume', cleanups);
  const { vision } = parts.scriptedVision(async () => TWO_FACES);
  const handlers: Handler[] = [];
  const published: string[] = [];
  const watchedBroker: Broker = {
    ...parts.passOn(broker),
    async publish(queue) {
      published.push(queue);
    },
    async consume(_queue, _prefetch, handler) {
      handlers.push(handler);
      return { attached: true, async stop() {} };
    },
  };
  await startEstimator({ broker: watchedBroker, photoStore, vision, logger });
  const json = parts.requestFor(photoStore.refOf('gone'));
  await handlers[0]!({ json, attempt: 2 }, () => {});
  expect(published).toEqual([]);
  await handlers[0]!({ json, attempt: 1 }, () => {});
  expect(published).toEqual([AFTER_ESTIMATE]);
});

test('keeps original and picture when the result is not confirmed, and publishes it again at the next attempt', async () => {
  const { broker, photoStore, logger } = await parts.openParts('volume', cleanups);
  const { vision } = parts.scriptedVision(async () => TWO_FACES);
  const answers = await parts.collectResults(broker);
  const keysAtFailure: string[][] = [];
  const unsure: Broker = {
    ...parts.passOn(broker),
    async publish(queue, message) {
      if (keysAtFailure.length === 0) {
        // It did arrive; only the confirmation is lost.
        await broker.publish(queue, message);
        keysAtFailure.push(await photoStore.keys());
        throw new RetryableError('publish_unconfirmed', 'connection lost');
      }
      await broker.publish(queue, message);
    },
  };
  const estimator = await startEstimator({ broker: unsure, photoStore, vision, logger });
  cleanups.push(() => estimator.stop());
  const { id } = await parts.sendPhoto(broker, photoStore);
  await answers.first(2);
  expect(keysAtFailure[0]!.sort()).toEqual([`${id}.original`, `${id}.picture`]);
  expect(answers.results[1]!.result.outcome).toEqual(answers.results[0]!.result.outcome);
  await vi.waitFor(async () => expect(await photoStore.keys()).toEqual([`${id}.picture`]), soon);
});

import { FatalError, FinalError, RetryableError } from '@attrai/contracts/errors';
import { TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { createProcessMetrics } from '@attrai/telemetry/metrics';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EstimatorCounters } from '../src/metrics.ts';
import { startEstimator } from '../src/start-estimator.ts';
import { CHILD, NO_FACE, PICTURE, TWO_FACES, UNSURE } from './estimates.ts';
import * as parts from './estimator-parts.ts';

/** On a busy machine, too. */
const soon = { timeout: 40_000, interval: 20 };

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** An estimator on the embedded broker; `estimate` is what its vision does. */
async function start(kind: 'volume' | 'message', estimate: Parameters<typeof parts.scriptedVision>[0]) {
  const open = await parts.openParts(kind, cleanups);
  const { vision, seen } = parts.scriptedVision(estimate);
  const answers = await parts.collectResults(open.broker);
  const estimator = await startEstimator({ ...open, vision });
  cleanups.push(() => estimator.stop());
  return { ...open, seen, answers, estimator };
}

describe.each(['volume', 'message'] as const)('the estimator, photos in the %s', (kind) => {
  test('answers a photo with faces by picture and scores, to whom the request says', async () => {
    const { broker, photoStore, answers } = await start(kind, async () => TWO_FACES);
    const request = await parts.sendPhoto(broker, photoStore);
    const [answer] = await answers.first();
    const { result, attachment } = answer!;
    expect(result).toMatchObject({
      id: request.id,
      replyTo: request.replyTo,
      acceptedAt: request.acceptedAt,
      deadline: request.deadline,
      outcome: {
        kind: 'scored',
        picture: { store: kind, key: `${request.id}.picture` },
        faces: [
          { box: [3.1, 20, 30, 40], score: 3.1, confidence: 'high' },
          { box: [7.4, 20, 30, 40], score: 7.4, confidence: 'high' },
        ],
      },
    });
    if (result.outcome.kind !== 'scored') throw new Error('not scored');
    const picture = await photoStore.get({ ref: result.outcome.picture, ...(attachment && { attachment }) });
    expect(picture.equals(PICTURE)).toBe(true);
  });

  test('says of each face its row, and of one without a score why, and nothing of its age', async () => {
    const faces = [...TWO_FACES.faces, CHILD, UNSURE];
    const { broker, photoStore, answers } = await start(kind, async () => ({ ...TWO_FACES, faces }));
    await parts.sendPhoto(broker, photoStore);
    const [answer] = await answers.first();
    expect(answer!.result.outcome).toMatchObject({
      kind: 'scored',
      faces: [
        { row: 0, score: 3.1 },
        { row: 0, score: 7.4 },
        { box: [12, 20, 30, 40], row: 0, score: null, unscored: 'child' },
        { box: [22, 20, 30, 40], row: 1, score: null, unscored: 'unsure' },
      ],
    });
  });

  test.each([
    ['nothing, as requests of bots before 0.2', {}, { adultsConfirmed: false, decimalComma: false }],
    ['that everybody is an adult', { adultsConfirmed: true }, { adultsConfirmed: true, decimalComma: false }],
    ['for decimal commas', { decimalComma: true }, { adultsConfirmed: false, decimalComma: true }],
  ])('looks at a photo as its request says: %s', async (_, fields, expected) => {
    const asked: unknown[] = [];
    const { broker, photoStore, answers } = await start(kind, async (_photo, wishes) => {
      asked.push(wishes);
      return TWO_FACES;
    });
    await parts.sendPhoto(broker, photoStore, fields);
    await answers.first();
    expect(asked).toEqual([expected]);
  });

  test.each([
    ['no_face', async () => NO_FACE],
    ['unreadable', () => Promise.reject(new FinalError('unreadable', 'broken'))],
    ['too_many_pixels', () => Promise.reject(new FinalError('too_many_pixels', 'huge'))],
    ['too_many_bytes', () => Promise.reject(new FinalError('too_many_bytes', 'long'))],
    ['failed', () => Promise.reject(new FinalError('something_new', 'no way'))],
  ] as const)('answers a photo it cannot use with %s and keeps nothing of it', async (outcome, estimate) => {
    const { broker, photoStore, answers } = await start(kind, estimate);
    await parts.sendPhoto(broker, photoStore);
    const [answer] = await answers.first();
    expect(answer!.result.outcome).toEqual({ kind: outcome });
    await vi.waitFor(async () => expect(await photoStore.keys()).toEqual([]), soon);
    await parts.settled(broker);
  });

  test('does not look at a photo whose deadline has passed', async () => {
    const { broker, photoStore, answers, seen } = await start(kind, async () => TWO_FACES);
    await parts.sendPhoto(broker, photoStore, { deadline: Date.now() - 1 });
    const [answer] = await answers.first();
    expect(answer!.result.outcome).toEqual({ kind: 'expired' });
    expect(seen.photos).toBe(0);
    await vi.waitFor(async () => expect(await photoStore.keys()).toEqual([]), soon);
  });

  test('answers photo_missing when the photo is gone', async () => {
    const { broker, answers } = await start(kind, async () => TWO_FACES);
    await broker.publish(TO_ESTIMATE, parts.message(parts.requestFor({ store: kind, key: 'gone' })));
    const [answer] = await answers.first();
    expect(answer!.result.outcome).toEqual({ kind: 'photo_missing' });
  });

  test('answers failed when the bot has the other kind of store, and goes on', async () => {
    const { broker, photoStore, answers } = await start(kind, async () => TWO_FACES);
    const other = kind === 'volume' ? 'message' : 'volume';
    await parts.sendPhoto(broker, photoStore, { photo: { store: other, key: 'other' } });
    const [answer] = await answers.first();
    expect(answer!.result.outcome).toEqual({ kind: 'failed' });
  });

  test('retries after a retryable error, and answers once', async () => {
    let failures = 2;
    const { broker, photoStore, answers } = await start(kind, async () => {
      if (failures-- > 0) throw new RetryableError('busy', 'later');
      return TWO_FACES;
    });
    await parts.sendPhoto(broker, photoStore);
    await answers.first();
    await parts.settled(broker);
    expect(answers.results).toHaveLength(1);
  });

  test('logs the request of a photo that failed, at each attempt', async () => {
    const { broker, photoStore, lines } = await start(kind, () => Promise.reject(new Error('bug')));
    const { id } = await parts.sendPhoto(broker, photoStore);
    await vi.waitFor(async () => expect(await broker.depth(TO_ESTIMATE_DEAD)).toBe(1), soon);
    const failures = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'could not estimate a photo');
    expect(failures).toMatchObject([1, 2, 3].map((attempt) => ({ requestId: id, attempt })));
  });

  test('moves a request that fails at every attempt to the dead letters, with its photo', async () => {
    const { broker, photoStore, answers, seen } = await start(kind, () => Promise.reject(new Error('bug')));
    const request = await parts.sendPhoto(broker, photoStore);
    await vi.waitFor(async () => expect(await broker.depth(TO_ESTIMATE_DEAD)).toBe(1), soon);
    expect(seen.photos).toBe(3);
    expect(answers.results).toEqual([]);
    if (kind === 'volume') expect(await photoStore.keys()).toEqual([request.photo.key]);
  });

  test('estimates one photo at a time', async () => {
    const { broker, photoStore, answers, seen } = await start(kind, async () => {
      await new Promise((next) => setTimeout(next, 10));
      return TWO_FACES;
    });
    for (let i = 0; i < 5; i++) await parts.sendPhoto(broker, photoStore);
    await answers.first(5);
    expect(seen.mostInHand).toBe(1);
  });

  test('finishes the photos in flight when it stops, and leaves the rest in the queue', async () => {
    const goOn = Promise.withResolvers<void>();
    const { broker, photoStore, answers, seen, estimator } = await start(kind, async () => {
      await goOn.promise;
      return TWO_FACES;
    });
    for (let i = 0; i < 3; i++) await parts.sendPhoto(broker, photoStore);
    // One is looked at, and one decoded beside it.
    await vi.waitFor(() => expect(seen).toMatchObject({ inHand: 1, decoded: 2 }), soon);
    const stopped = estimator.stop();
    goOn.resolve();
    await stopped;
    await answers.first(2);
    expect(seen.photos).toBe(2);
    expect(answers.results).toHaveLength(2);
    expect(await broker.depth(TO_ESTIMATE)).toBe(1);
    expect(estimator.ready()).toMatchObject({ ok: false, reason: expect.stringContaining('not consuming') });
  });
});

describe('the estimator', () => {
  test('logs one line a photo: id, outcome, faces, times, attempt', async () => {
    const { broker, photoStore, answers, lines } = await start('volume', async () => TWO_FACES);
    const request = await parts.sendPhoto(broker, photoStore);
    await answers.first();
    await vi.waitFor(() => expect(lines.filter((line) => line.includes(request.id))).toHaveLength(1), soon);
    expect(JSON.parse(lines.find((line) => line.includes(request.id))!)).toMatchObject({
      requestId: request.id,
      outcome: 'scored',
      faces: 2,
      attempt: 1,
      ms: TWO_FACES.ms,
      workMs: expect.any(Number),
    });
  });

  test('sends a message it does not understand to the dead letters', async () => {
    const { broker, seen } = await start('volume', async () => TWO_FACES);
    await broker.publish(TO_ESTIMATE, { json: { v: 1, id: 'not a request' } });
    await vi.waitFor(async () => expect(await broker.depth(TO_ESTIMATE_DEAD)).toBe(1), soon);
    expect(seen.photos).toBe(0);
  });

  test('counts photos in work while it works on them, and none after a failure', async () => {
    const { broker, photoStore, logger } = await parts.openParts('volume', cleanups);
    const metrics = createProcessMetrics([]);
    const inWork = async () => (await metrics.registry.metrics()).match(/^attrai_photos_in_work\{.*\} (\d)$/m)?.[1];
    const finish = Promise.withResolvers<never>();
    let begun = 0;
    const { vision } = parts.scriptedVision(() => (begun++ === 0 ? finish.promise : Promise.resolve(NO_FACE)));
    const counts = new EstimatorCounters(metrics);
    const estimator = await startEstimator({ broker, photoStore, vision, logger, metrics: counts });
    cleanups.push(() => estimator.stop());
    expect(await inWork()).toBe('0');
    await parts.sendPhoto(broker, photoStore);
    await vi.waitFor(() => expect(begun).toBe(1), soon);
    expect(await inWork()).toBe('1');
    finish.reject(new Error('a hiccup'));
    await vi.waitFor(async () => expect(await inWork()).toBe('0'), soon);
  });

  test('requeues the photo and tells of the error when the process is broken', async () => {
    const onFatal = vi.fn();
    const open = await parts.openParts('volume', cleanups, onFatal);
    const { vision } = parts.scriptedVision(() => Promise.reject(new FatalError('model_unusable', 'broken')));
    const estimator = await startEstimator({ ...open, vision });
    cleanups.push(() => estimator.stop());
    await parts.sendPhoto(open.broker, open.photoStore);
    await vi.waitFor(() => expect(onFatal).toHaveBeenCalled(), soon);
    expect(await open.photoStore.keys()).toHaveLength(1);
  });
});

import { RetryableError } from '@attrai/contracts/errors';
import { createLogger } from '@attrai/telemetry/logger';
import { expect, test } from 'vitest';
import { createPhotoGate } from '../src/intake/accept-photo.ts';
import type { IntakeJob } from '../src/intake/intake-job.ts';
import { requestIdOf } from '../src/intake/request-id.ts';
import { createInProcessJobs } from '../src/jobs/in-process-jobs.ts';
import { createInProcessActiveRequests } from '../src/limits/in-process-active-requests.ts';
import { createInProcessRequestRate } from '../src/limits/request-rate.ts';
import { NO_METRICS } from '../src/metrics.ts';
import { LIMITS } from './world.ts';

const PHOTO = { kind: 'photo' as const, fileId: 'f', bytes: 1_000, side: 100 };
const OF_ANNA = { userId: 7, chatId: 7, messageId: 1, language: 'en' as const };

function openGate({ requests = 5, stopping = new AbortController().signal } = {}) {
  const intake = createInProcessJobs<IntakeJob>({ onFatal() {} });
  const activeRequests = createInProcessActiveRequests({ maxPerUser: 3 });
  const requestRate = createInProcessRequestRate({ requests, windowSeconds: 60 });
  const logger = createLogger({ service: 'test', level: 'silent' });
  const parts = {
    progress: { enter() {} },
    activeRequests,
    requestRate,
    intake,
    limits: { ...LIMITS, requestsPerWindow: requests },
    logger,
    stopping,
    metrics: NO_METRICS,
  };
  return { ...parts, parts };
}

test('an update that comes twice, even at the same time, is one job and one of the window', async () => {
  const { parts, intake, activeRequests } = openGate({ requests: 2 });
  const accept = createPhotoGate(parts);
  const answers = await Promise.all(Array.from({ length: 10 }, () => accept('a', PHOTO, OF_ANNA)));
  expect(answers).toEqual(Array(10).fill('accepted'));
  expect(await intake.counts()).toMatchObject({ waiting: 1 });
  expect(await activeRequests.total()).toBe(1);
  expect(await accept('b', PHOTO, OF_ANNA)).toBe('accepted');
  expect(await accept('c', PHOTO, OF_ANNA)).toEqual({ refusal: expect.stringMatching(/limit is 2 photos/) });
});

test('an update that comes again after its answer starts nothing', async () => {
  const { parts, intake, activeRequests } = openGate();
  const accept = createPhotoGate(parts);
  const worked: string[] = [];
  intake.run({ work: async ({ id }) => void worked.push(id), gaveUp: async () => {}, concurrency: 1 });
  await accept('a', PHOTO, OF_ANNA);
  await expect.poll(() => worked).toEqual(['a']);
  await activeRequests.release(7, 'a');
  expect(await accept('a', PHOTO, OF_ANNA)).toBe('answered');
  await intake.close();
  expect(worked).toEqual(['a']);
});

test('an update whose job got lost before it was stored gets it when it comes again', async () => {
  const { parts, intake, activeRequests } = openGate();
  await activeRequests.take(7, 'a', Date.now() + 60_000);
  await createPhotoGate(parts)('a', PHOTO, OF_ANNA);
  expect(await intake.counts()).toMatchObject({ waiting: 1 });
});

test('a photo over the rate frees its slot and can be offered again, whoever else offers it meanwhile', async () => {
  const { parts, activeRequests, intake } = openGate({ requests: 1 });
  const accept = createPhotoGate(parts);
  await accept('a', PHOTO, OF_ANNA);
  const refused = { refusal: expect.stringMatching(/limit is 1 photo /) };
  const twice = [accept('b', PHOTO, OF_ANNA), accept('b', PHOTO, OF_ANNA)];
  expect(await Promise.all(twice)).toEqual([refused, refused]);
  expect(await activeRequests.total()).toBe(1);
  expect(await intake.counts()).toMatchObject({ waiting: 1 });
  const later = createPhotoGate({ ...parts, requestRate: { take: async () => undefined } });
  expect(await later('b', PHOTO, OF_ANNA)).toBe('accepted');
});

test('only a photo that has no answer yet gets a placeholder', async () => {
  const { parts, intake } = openGate();
  const accept = createPhotoGate(parts);
  await accept('a', PHOTO, OF_ANNA);
  await accept('b', PHOTO, { ...OF_ANNA, answerId: 2 });
  const jobs: IntakeJob[] = [];
  intake.run({ work: async ({ data }) => void jobs.push(data), gaveUp: async () => {}, concurrency: 1 });
  await expect.poll(() => jobs).toMatchObject([{ placeholderDone: false }, { placeholderDone: true }]);
});

test('waits for a Redis that is away a moment', async () => {
  const { parts, intake } = openGate();
  let failures = 3;
  const flaky = {
    ...intake,
    async add(...args: Parameters<typeof intake.add>) {
      if (failures-- > 0) throw new RetryableError('jobs_unavailable', 'away');
      await intake.add(...args);
    },
  };
  expect(await createPhotoGate({ ...parts, intake: flaky })('a', PHOTO, OF_ANNA)).toBe('accepted');
  expect(await intake.counts()).toMatchObject({ waiting: 1 });
});

test.each(['take', 'add'] as const)(
  'a photo whose %s was done without a reply goes on when its update comes again, as one photo',
  async (step) => {
    const { parts, intake, activeRequests } = openGate({ stopping: AbortSignal.abort(), requests: 1 });
    const lost = () => {
      throw new RetryableError('redis_away', 'away');
    };
    const gate = createPhotoGate({
      ...parts,
      activeRequests: {
        ...activeRequests,
        async take(...args) {
          const slot = await activeRequests.take(...args);
          return step === 'take' && slot === 'taken' ? lost() : slot;
        },
      },
      intake: {
        ...intake,
        async add(...args) {
          const { waiting } = await intake.counts();
          await intake.add(...args);
          if (step === 'add' && waiting === 0) lost();
        },
      },
    });
    await expect(gate('a', PHOTO, OF_ANNA)).rejects.toMatchObject({ grade: 'retryable' });
    expect(await activeRequests.stage('a')).toBe('accepted');
    expect(await gate('a', PHOTO, OF_ANNA)).toBe('accepted');
    expect(await intake.counts()).toMatchObject({ waiting: 1 });
    expect(await activeRequests.total()).toBe(1);
  },
);

test('request ids fit the contract, and say nothing without the token', () => {
  const id = requestIdOf('1:token', 42, 17);
  expect(id).toMatch(/^[a-z0-9]{20}$/);
  expect(requestIdOf('1:token', 42, 17)).toBe(id);
  const others = [requestIdOf('1:other', 42, 17), requestIdOf('1:token', 42, 18), requestIdOf('1:token', 4, 217)];
  const pressed = requestIdOf('1:token', 42, 17, 'adults');
  expect(pressed).toMatch(/^[a-z0-9]{20}$/);
  expect(requestIdOf('1:token', 42, 17, 'adults')).toBe(pressed);
  expect(new Set([id, pressed, ...others]).size).toBe(5);
});

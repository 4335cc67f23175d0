import { RetryableError } from '@attrai/contracts/errors';
import { createLogger } from '@attrai/telemetry/logger';
import { expect, test } from 'vitest';
import { PhotoGate } from '../src/intake/accept-photo.ts';
import type { IntakeJob } from '../src/intake/intake-job.ts';
import { requestIdOf } from '../src/intake/request-id.ts';
import { MemoryJobQueue } from '../src/jobs/memory-job-queue.ts';
import { RequestRate } from '../src/limits/request-rate.ts';
import { NO_METRICS } from '../src/metrics.ts';
import { type Envelope, requestFor } from '../src/requests/envelope.ts';
import { MemoryRequestBook } from '../src/requests/memory-request-book.ts';
import { bent } from './bent.ts';
import { LIMITS } from './world.ts';

const PHOTO = { fileId: 'f', bytes: 1_000, side: 100 };
const OF_ANNA = { userId: '7', chatId: '7', messageId: '1', language: 'en' as const };

function openGate({ requests = 5, stopping = new AbortController().signal } = {}) {
  const intake = new MemoryJobQueue<IntakeJob>({ onFatal() {} });
  const book = new MemoryRequestBook<Envelope>();
  const requestRate = RequestRate.inMemory({ requests, windowSeconds: 60 });
  const logger = createLogger({ service: 'test', level: 'silent' });
  const limits = { ...LIMITS, requestsPerWindow: requests };
  const troubles = { note() {} };
  const placeholders = { watch() {} };
  const parts = { book, requestRate, intake, placeholders, troubles, limits, logger, stopping, metrics: NO_METRICS };
  return { ...parts, parts };
}

/** The jobs there are, as they are worked on. */
function seeJobs(intake: MemoryJobQueue<IntakeJob>): IntakeJob[] {
  const jobs: IntakeJob[] = [];
  intake.run({ work: async ({ data }) => void jobs.push(data), gaveUp: async () => {}, concurrency: 1 });
  return jobs;
}

test('an update that comes twice, even at the same time, is one job and one of the window', async () => {
  const { parts, intake, book } = openGate({ requests: 2 });
  const gate = new PhotoGate(parts);
  const answers = await Promise.all(Array.from({ length: 10 }, () => gate.accept('a', PHOTO, OF_ANNA)));
  expect(answers).toEqual(Array(10).fill('accepted'));
  expect(await intake.counts()).toMatchObject({ waiting: 1 });
  expect(await book.total()).toBe(1);
  expect(await gate.accept('b', PHOTO, OF_ANNA)).toBe('accepted');
  expect(await gate.accept('c', PHOTO, OF_ANNA)).toEqual({
    refusal: { kind: 'too_often', waitSeconds: expect.any(Number) },
  });
});

test('an update that comes again starts nothing once its photo is on its way, answered or cancelled', async () => {
  const { parts, intake, book } = openGate();
  const gate = new PhotoGate(parts);
  const jobs = seeJobs(intake);
  for (const id of ['a', 'b', 'c']) await gate.accept(id, PHOTO, OF_ANNA);
  await expect.poll(() => jobs).toHaveLength(3);
  await book.answered('a');
  await book.published('b');
  expect(await gate.accept('a', PHOTO, OF_ANNA)).toBe('answered');
  expect(await gate.accept('b', PHOTO, OF_ANNA)).toBe('in_work');
  await book.cancel('7');
  expect(await gate.accept('c', PHOTO, OF_ANNA)).toBe('cancelled');
  await intake.close();
  expect(jobs).toHaveLength(3);
});

test('an update whose job got lost before it was stored gets it when it comes again, to be looked up', async () => {
  const { parts, intake, book } = openGate();
  await book.accept(requestFor('a', OF_ANNA, Date.now() + 60_000), LIMITS);
  await new PhotoGate(parts).accept('a', PHOTO, OF_ANNA);
  await new PhotoGate(parts).accept('b', PHOTO, OF_ANNA);
  const jobs = seeJobs(intake);
  await expect.poll(() => jobs).toHaveLength(2);
  expect(jobs.map(({ id, isNew }) => [id, isNew])).toEqual([
    ['a', undefined],
    ['b', true],
  ]);
});

test('a photo over the rate frees its slot and can be offered again, whoever else offers it meanwhile', async () => {
  const { parts, book, intake } = openGate({ requests: 1 });
  const gate = new PhotoGate(parts);
  await gate.accept('a', PHOTO, OF_ANNA);
  const refused = { refusal: { kind: 'too_often', waitSeconds: expect.any(Number) } };
  const twice = [gate.accept('b', PHOTO, OF_ANNA), gate.accept('b', PHOTO, OF_ANNA)];
  expect(await Promise.all(twice)).toEqual([refused, refused]);
  expect(await book.total()).toBe(1);
  expect(await intake.counts()).toMatchObject({ waiting: 1 });
  const later = new PhotoGate({ ...parts, requestRate: { take: async () => undefined } });
  expect(await later.accept('b', PHOTO, OF_ANNA)).toBe('accepted');
});

test('waits for a Redis that is away a moment', async () => {
  const { parts, intake } = openGate();
  let failures = 3;
  const flaky = bent(intake, {
    async add(...args) {
      if (failures-- > 0) throw new RetryableError('redis_away', 'away');
      await intake.add(...args);
    },
  });
  expect(await new PhotoGate({ ...parts, intake: flaky }).accept('a', PHOTO, OF_ANNA)).toBe('accepted');
  expect(await intake.counts()).toMatchObject({ waiting: 1 });
});

test('a Redis that refuses photos is noted as in trouble', async () => {
  const { parts, book } = openGate({ stopping: AbortSignal.abort() });
  const full = new RetryableError('redis_full', 'full');
  const noted: unknown[] = [];
  const gate = new PhotoGate({
    ...parts,
    book: bent(book, { accept: () => Promise.reject(full) }),
    troubles: { note: (_, error) => void noted.push(error) },
  });
  await expect(gate.accept('a', PHOTO, OF_ANNA)).rejects.toBe(full);
  expect(noted).toEqual([full]);
});

test.each(['accept', 'add'] as const)(
  'a photo whose %s was done without a reply goes on when its update comes again, as one photo',
  async (step) => {
    const { parts, intake, book } = openGate({ stopping: AbortSignal.abort(), requests: 1 });
    const lost = () => {
      throw new RetryableError('redis_away', 'away');
    };
    const gate = new PhotoGate({
      ...parts,
      book: bent(book, {
        async accept(...args) {
          const acceptance = await book.accept(...args);
          return step === 'accept' && acceptance.kind === 'accepted' ? lost() : acceptance;
        },
      }),
      intake: bent(intake, {
        async add(...args) {
          const { waiting } = await intake.counts();
          await intake.add(...args);
          if (step === 'add' && waiting === 0) lost();
        },
      }),
    });
    await expect(gate.accept('a', PHOTO, OF_ANNA)).rejects.toMatchObject({ grade: 'retryable' });
    expect(await book.states(['a'])).toEqual(['accepted']);
    expect(await gate.accept('a', PHOTO, OF_ANNA)).toBe('accepted');
    expect(await intake.counts()).toMatchObject({ waiting: 1 });
    expect(await book.total()).toBe(1);
  },
);

test('request ids fit the contract, and say nothing without the token', () => {
  const id = requestIdOf('1:token', '42', '17');
  expect(id).toMatch(/^[a-z0-9]{20}$/);
  expect(requestIdOf('1:token', '42', '17')).toBe(id);
  const others = [
    requestIdOf('1:other', '42', '17'),
    requestIdOf('1:token', '42', '18'),
    requestIdOf('1:token', '4', '217'),
  ];
  const pressed = requestIdOf('1:token', '42', '17', 'adults');
  expect(pressed).toMatch(/^[a-z0-9]{20}$/);
  expect(requestIdOf('1:token', '42', '17', 'adults')).toBe(pressed);
  expect(new Set([id, pressed, ...others]).size).toBe(5);
});

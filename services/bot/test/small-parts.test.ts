import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVolumeStore } from '@attrai/photo-store/volume-store';
import { createLogger } from '@attrai/telemetry/logger';
import { afterEach, expect, test, vi } from 'vitest';
import { botConfig, limitsOf } from '../src/config.ts';
import { judge, pauseAfter, RETRY_POLICY } from '../src/jobs/retry-policy.ts';
import { OneAtATime } from '../src/one-at-a-time.ts';
import { milestone } from '../src/progress/positions.ts';
import { Sweeper } from '../src/replies/sweep.ts';
import type { Envelope } from '../src/requests/envelope.ts';
import { MemoryRequestBook } from '../src/requests/memory-request-book.ts';

afterEach(() => vi.useRealTimers());

test('tells fewer and fewer places the longer the queue is', () => {
  const told = new Set(Array.from({ length: 100 }, (_, i) => milestone(i + 1)));
  expect([...told].slice(0, 14)).toEqual([1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 18, 23, 29, 37]);
  for (let position = 1; position < 5_000; position++) expect(milestone(position)).toBeGreaterThanOrEqual(position);
});

test('runs what shares a key in order, whatever fails, and the rest side by side', async () => {
  const oneAtATime = new OneAtATime();
  const log: string[] = [];
  const work = (name: string) => {
    const end = Promise.withResolvers<void>();
    const run = async () => {
      log.push(`${name} starts`);
      await end.promise.finally(() => log.push(`${name} ends`));
    };
    return { ...end, run };
  };
  const [a1, a2, b1] = [work('a1'), work('a2'), work('b1')];
  const first = oneAtATime.run('a', a1.run);
  const second = oneAtATime.run('a', a2.run);
  const other = oneAtATime.run('b', b1.run);
  a2.resolve();
  b1.resolve();
  await other;
  a1.reject(new Error('a1'));
  await expect(first).rejects.toThrow('a1');
  await second;
  expect(log).toEqual(['a1 starts', 'b1 starts', 'b1 ends', 'a1 ends', 'a2 starts', 'a2 ends']);
});

test('pauses grow to the longest, and are spread', () => {
  const pauses = Array.from({ length: 200 }, () => pauseAfter(3, RETRY_POLICY));
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(4_000);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(8_000);
  expect(new Set(pauses).size).toBeGreaterThan(20);
  expect(pauseAfter(1_000, RETRY_POLICY)).toBeLessThanOrEqual(60_000);
});

test('a job that is asked to wait for hours is given up', async () => {
  const { RetryableError } = await import('@attrai/contracts/errors');
  const wait = new RetryableError('telegram_busy', 'wait', { retryAfterMs: 1_000 });
  expect(judge(wait, 0, RETRY_POLICY.oldestMs - 1, RETRY_POLICY)).toMatchObject({ kind: 'again', counts: false });
  expect(judge(wait, 0, RETRY_POLICY.oldestMs + 1, RETRY_POLICY)).toEqual({ kind: 'give_up' });
});

test('deletes a photo left behind by an answered request within two minutes, by an unknown one after the deadline, none that is waited for', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'attrai-sweep-'));
  const store = await createVolumeStore(dir);
  const book = new MemoryRequestBook<Envelope>();
  const [active, answered, unknown] = ['a', 'b', 'c'].map((letter) => letter.repeat(20)) as [string, string, string];
  for (const id of [active, answered]) {
    const deadline = Date.now() + 10 * 3_600_000;
    const request = { id, userId: '1', chatId: '1', messageId: '1', deadline, envelope: { language: 'en' as const } };
    await book.accept(request, { maxActivePerUser: 5 });
  }
  await book.answered(answered);
  for (const id of [active, answered, unknown]) await store.put(`${id}.photo`, Buffer.from('x'));
  await store.put('malformed-x', Buffer.from('x'));

  vi.useFakeTimers({ toFake: ['setInterval', 'Date'] });
  const logger = createLogger({ service: 'test', level: 'silent' });
  const sweeper = new Sweeper({ stores: [store], book, afterMs: 600_000, logger });
  const minutes = async (n: number) => {
    for (let i = 0; i < n; i++) {
      vi.advanceTimersByTime(60_000);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  };
  await minutes(1);
  expect(await store.keys()).toHaveLength(4);
  await minutes(1);
  await expect
    .poll(async () => (await store.keys()).sort())
    .toEqual([`${active}.photo`, `${unknown}.photo`, 'malformed-x']);
  await minutes(7);
  expect(await store.keys()).toHaveLength(3);
  await minutes(11);
  await expect.poll(async () => (await store.keys()).sort()).toEqual([`${active}.photo`, 'malformed-x']);
  await sweeper.stop();
  await rm(dir, { recursive: true });
});

test('photos that travel in messages have to fit into one', () => {
  const read = (PHOTO_STORE: string) =>
    limitsOf(
      botConfig.parse({ BOT_TOKEN: '1234:abcdefghijkl', AMQP_URL: 'amqp://h', REDIS_URL: 'redis://h', PHOTO_STORE }),
    );
  expect(read('volume').maxPhotoBytes).toBe(20_000_000);
  expect(read('message').maxPhotoBytes).toBe(15_000_000);
});

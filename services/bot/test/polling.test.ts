import { RetryableError } from '@attrai/contracts/errors';
import { createLogger } from '@attrai/telemetry/logger';
import { waitUntil } from '@attrai/test-servers/wait-until';
import type { Update } from 'telegraf/types';
import { afterEach, expect, test, vi } from 'vitest';
import { Polling } from '../src/telegram/polling.ts';
import type { TelegramApi } from '../src/telegram/telegram-api.ts';
import type { UpdateSource } from '../src/telegram/update-source.ts';

const logger = createLogger({ service: 'test', level: 'silent' });
let polling: UpdateSource | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await polling?.stop();
});

/** Polls a Telegram that answers as `getUpdates` does; `pass` lets seconds go by for whoever looks at the clock. */
function poll(getUpdates: TelegramApi['getUpdates'], handle: (update: Update) => Promise<void> = async () => {}) {
  let passed = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + passed);
  const seen = { back: 0 };
  const onBack = () => void seen.back++;
  polling = new Polling({ api: { getUpdates }, handle, logger, onBack, onFatal() {} });
  return {
    polling,
    seen,
    pass(seconds: number) {
      passed += seconds * 1000;
    },
  };
}

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));

test('polling counts as deaf when Telegram has not answered for more than two polls, but not as stuck', async () => {
  let away = true;
  const { polling, seen, pass } = poll(async (_offset, _wait, signal) => {
    if (away) throw new RetryableError('telegram_unreachable', 'away', { retryAfterMs: 20 });
    return aborted(signal);
  });
  expect(polling.problem()).toBeUndefined();
  pass(76);
  expect(polling.problem()).toMatch(/^no answer to getUpdates for 7\d s$/);
  expect(polling.alive).toBe(true);
  away = false;
  await polling.stop();
  expect(seen.back).toBe(0);
});

test('polling is well again at the first answer, and says that Telegram is back', async () => {
  const answers: (() => Promise<Update[]>)[] = [
    () => Promise.reject(new RetryableError('telegram_unreachable', 'away', { retryAfterMs: 50 })),
    async () => [],
  ];
  const { polling, seen, pass } = poll((_offset, _wait, signal) => answers.shift()?.() ?? aborted(signal));
  pass(76);
  expect(polling.problem()).toBeDefined();
  await waitUntil('it was not well again', () => polling.problem() === undefined);
  expect(seen.back).toBe(1);
});

test('polling counts as stuck when an update never ends, which only a new process mends', async () => {
  const end = Promise.withResolvers<void>();
  const update = { update_id: 1 } as Update;
  let polls = 0;
  const { polling, pass } = poll(
    async (_offset, _wait, signal) => (polls++ === 0 ? [update] : aborted(signal)),
    () => end.promise,
  );
  await waitUntil('it did not poll', () => polls === 1);
  pass(290);
  expect(polling.alive).toBe(true);
  pass(20);
  expect(polling.alive).toBe(false);
  end.resolve();
});

test('a pause Telegram asked for, however long, is not being stuck', async () => {
  let polls = 0;
  const { polling, pass } = poll(async () => {
    polls += 1;
    throw new RetryableError('telegram_busy', 'wait', { retryAfterMs: 3_600_000 });
  });
  await waitUntil('it did not poll', () => polls === 1);
  await new Promise((next) => setImmediate(next));
  pass(3_600);
  expect(polling.alive).toBe(true);
});

test('an update that shall come again stays unconfirmed; those after it are handled once, also new ones', async () => {
  const update = (update_id: number) => ({ update_id }) as Update;
  const pending = [1, 2, 3, 4].map(update);
  const offsets: number[] = [];
  const handled: number[] = [];
  let away = true;
  poll(
    async (offset, _wait, signal) => {
      offsets.push(offset);
      while (pending[0] && pending[0].update_id < offset) pending.shift();
      return pending.length > 0 ? [...pending] : aborted(signal);
    },
    async ({ update_id }) => {
      handled.push(update_id);
      if (update_id === 2 && away) throw new RetryableError('jobs_unavailable', 'away');
    },
  );
  await waitUntil('it did not come again', () => offsets.length === 2);
  pending.push(update(5));
  await waitUntil('a new one was not handled', () => handled.includes(5));
  away = false;
  await waitUntil('the last was not confirmed', () => offsets.at(-1) === 6);
  expect(offsets.slice(0, -1).every((offset, i) => offset === (i === 0 ? 0 : 2))).toBe(true);
  expect(handled.filter((id) => id !== 2).sort()).toEqual([1, 3, 4, 5]);
});

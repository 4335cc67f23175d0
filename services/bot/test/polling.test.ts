import { RetryableError } from '@attrai/contracts/errors';
import { createLogger } from '@attrai/telemetry/logger';
import { waitUntil } from '@attrai/test-servers/wait-until';
import type { Update } from 'telegraf/types';
import { afterEach, expect, test, vi } from 'vitest';
import { Polling } from '../src/telegram/polling.ts';
import type { TelegramApi } from '../src/telegram/telegram-api.ts';
import type { UpdateSource } from '../src/telegram/update-source.ts';

const lines: string[] = [];
const logger = createLogger({ service: 'test', destination: { write: (line) => void lines.push(line) } });
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
  const seen = { back: 0, webhooksDeleted: 0 };
  lines.length = 0;
  const deleteWebhook = async () => void seen.webhooksDeleted++;
  const onBack = () => void seen.back++;
  polling = new Polling({ api: { getUpdates, deleteWebhook }, handle, logger, onBack, onFatal() {} });
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

test('polling says why when it has failed for 15 s, but does not count as stuck', async () => {
  let away = true;
  const { polling, seen, pass } = poll(async (_offset, _wait, signal) => {
    if (away) throw new RetryableError('telegram_unreachable', "Telegram can't be reached.", { retryAfterMs: 20 });
    return aborted(signal);
  });
  await waitUntil('no poll failed', () => lines.length > 0);
  expect(polling.problem()).toBeUndefined();
  pass(16);
  expect(polling.problem()).toMatch(/^no updates from Telegram for 1\d s: Telegram can't be reached\.$/);
  expect(polling.alive).toBe(true);
  away = false;
  await polling.stop();
  expect(seen.back).toBe(0);
});

test('polling counts as deaf when Telegram has not answered for 28 s', async () => {
  const { polling, pass } = poll((_offset, _wait, signal) => aborted(signal));
  pass(27);
  expect(polling.problem()).toBeUndefined();
  pass(2);
  expect(polling.problem()).toMatch(/^Telegram has not answered for \d+ s/);
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

const conflict = (words: string) =>
  new RetryableError('telegram_failed', `getUpdates: 409 Conflict: ${words}. Try again.`, { retryAfterMs: 1 });
const OTHER_COPY = conflict('terminated by other getUpdates request; make sure that only one bot instance is running');
const WEBHOOK = conflict(
  "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
);

test('another copy that polls with the same token is named until it is gone, in the log once a minute', async () => {
  let polls = 0;
  let there = true;
  let answers = 1;
  const { polling, pass } = poll(async (_offset, _wait, signal) => {
    polls += 1;
    if (there) throw OTHER_COPY;
    return answers-- > 0 ? [] : aborted(signal);
  });
  await waitUntil('it did not go on', () => polls >= 3);
  expect(polling.problem()).toMatch(/^Another copy uses this token.*Stop the other copy/);
  const said = () => lines.filter((line) => line.includes('Another copy')).length;
  expect(said()).toBe(1);
  pass(61);
  await waitUntil('it was not said again', () => said() === 2);
  there = false;
  await waitUntil('it was not well again', () => polling.problem() === undefined);
});

test('a webhook that somebody sets is deleted, and polling goes on at once', async () => {
  const offsets: number[] = [];
  const { polling, seen } = poll(async (offset, _wait, signal) => {
    offsets.push(offset);
    if (offsets.length === 1 || offsets.length === 3) throw WEBHOOK;
    return offsets.length === 2 ? [] : aborted(signal);
  });
  await waitUntil('it did not go on', () => offsets.length === 4);
  expect(seen.webhooksDeleted).toBe(2);
  expect(lines.filter((line) => line.includes('Somebody set a webhook'))).toHaveLength(1);
  expect(lines.filter((line) => line.includes("Can't fetch updates"))).toEqual([]);
  expect(polling.problem()).toBeUndefined();
});

test('a proxy that is lost is named at once', async () => {
  const words =
    "The proxy of TELEGRAM_PROXY can't be used (ECONNREFUSED). Check TELEGRAM_PROXY, and that the proxy runs.";
  let polls = 0;
  const { polling } = poll(async () => {
    polls += 1;
    throw new RetryableError('proxy_failed', words, { retryAfterMs: 3_600_000 });
  });
  await waitUntil('it was not named', () => polling.problem() !== undefined);
  expect(polling.problem()).toBe(words);
  expect(polls).toBe(1);
});

import { FinalError, RetryableError } from '@attrai/contracts/errors';
import { createLogger } from '@attrai/telemetry/logger';
import { expect, test } from 'vitest';
import { untilTelegramAnswers } from '../src/telegram/until-telegram-answers.ts';

/** The messages of the lines that are logged. */
function loggerWithMessages() {
  const messages: string[] = [];
  const write = (line: string) => void messages.push(JSON.parse(line).msg);
  return { logger: createLogger({ service: 'test', destination: { write } }), messages };
}

test('a start that waits for Telegram says so once, and once more when Telegram answers', async () => {
  const { logger, messages } = loggerWithMessages();
  const failures = Array.from({ length: 3 }, () => new RetryableError('telegram_failed', 'away', { retryAfterMs: 1 }));
  const ask = async () => {
    const failure = failures.pop();
    if (failure) throw failure;
    return 'me';
  };
  expect(await untilTelegramAnswers(ask, { logger })).toBe('me');
  expect(messages).toEqual(['Telegram does not answer yet; trying on', 'Telegram answers']);
});

test('a start does not wait for what no later try would bring, and one that need not wait says nothing', async () => {
  const { logger, messages } = loggerWithMessages();
  const refuse = async () => Promise.reject(new FinalError('telegram_refused', 'no'));
  await expect(untilTelegramAnswers(refuse, { logger })).rejects.toMatchObject({
    grade: 'fatal',
    code: 'telegram_refused',
  });
  expect(await untilTelegramAnswers(async () => 'me', { logger })).toBe('me');
  expect(messages).toEqual([]);
});

test('a start says each new reason why it waits, and then that it does no more', async () => {
  const { logger, messages } = loggerWithMessages();
  const reasons = ['no proxy', 'no proxy', 'no Telegram'];
  const ask = async () => {
    const reason = reasons.shift();
    if (reason !== undefined) throw new RetryableError('telegram_failed', reason, { retryAfterMs: 1 });
  };
  const told: unknown[] = [];
  await untilTelegramAnswers(ask, { logger, onWaiting: (reason) => void told.push(reason) });
  expect(told).toEqual(['no proxy', 'no proxy', 'no Telegram', undefined]);
  expect(messages).toHaveLength(3);
});

test('a start that is told to stop ends at once, in a call and between calls, and says nothing', async () => {
  const { logger, messages } = loggerWithMessages();
  const stopped = new Error('stopped');
  for (const ask of [
    () => new Promise(() => {}),
    async () => Promise.reject(new RetryableError('telegram_busy', 'later', { retryAfterMs: 3_600_000 })),
  ]) {
    const stop = new AbortController();
    const waiting = untilTelegramAnswers(ask, { logger, signal: stop.signal });
    await new Promise((next) => setImmediate(next));
    stop.abort(stopped);
    await expect(waiting).rejects.toThrow();
    await expect(untilTelegramAnswers(ask, { logger, signal: stop.signal })).rejects.toBe(stopped);
  }
  expect(messages).toEqual(['Telegram does not answer yet; trying on']);
});

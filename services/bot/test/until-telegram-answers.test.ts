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
  expect(await untilTelegramAnswers(ask, logger)).toBe('me');
  expect(messages).toEqual(['Telegram does not answer yet; trying on', 'Telegram answers']);
});

test('a start does not wait for what no later try would bring, and one that need not wait says nothing', async () => {
  const { logger, messages } = loggerWithMessages();
  const refuse = async () => Promise.reject(new FinalError('telegram_refused', 'no'));
  await expect(untilTelegramAnswers(refuse, logger)).rejects.toMatchObject({
    grade: 'fatal',
    code: 'telegram_refused',
  });
  expect(await untilTelegramAnswers(async () => 'me', logger)).toBe('me');
  expect(messages).toEqual([]);
});

import { createLogger } from '@attrai/telemetry/logger';
import { expect, onTestFinished, test, vi } from 'vitest';
import { NO_METRICS } from '../src/metrics.ts';
import { ReplySender } from '../src/replies/send-replies.ts';
import type { Envelope } from '../src/requests/envelope.ts';
import { MemoryRequestBook } from '../src/requests/memory-request-book.ts';
import { LIMITS } from './world.ts';

const JOB = {
  id: 'abcdefgh12345678',
  replyTo: { userId: '7', chatId: '7', messageId: '1', language: 'en' as const },
  answer: { kind: 'no_face' as const },
};

test('an answer that takes a minute to send is not taken for one whose bot died', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const book = new MemoryRequestBook<Envelope>();
  const sent = Promise.withResolvers<string>();
  const nothing = async () => {};
  const folder = { delete: nothing, refOf: () => ({}) } as never;
  const sender = new ReplySender({
    book,
    chat: { send: () => sent.promise } as never,
    pace: { turn: nothing } as never,
    smallTalk: { remove() {} },
    progress: { settle: nothing } as never,
    ranking: { ended: nothing },
    photoStore: folder,
    inbox: folder,
    unsureFaces: 'ask',
    limits: LIMITS,
    logger: createLogger({ service: 'test', level: 'silent' }),
    metrics: NO_METRICS,
    stopping: new AbortController().signal,
  });
  const working = sender.work({ id: JOB.id, data: JOB, again: false });
  const askAsAnother = () => book.sending(JOB.id, { attempt: 'another', repeatable: false });
  for (let second = 0; second < 60; second++) {
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await askAsAnother()).toBe('busy');
    expect(await book.leftSending()).toEqual([]);
  }
  sent.resolve('2');
  await working;
  expect(await askAsAnother()).toBe('answered');
});

import { expect, onTestFinished, test, vi } from 'vitest';
import { MemoryRequestBook } from '../src/requests/memory-request-book.ts';
import { describeRequestBook, type Envelope } from './request-book.conformance.ts';

const AN_HOUR = 3_600_000;
const LIMITS = { maxActivePerUser: 1 };

describeRequestBook('in memory', async (timing) => new MemoryRequestBook<Envelope>(timing), 1_000);

function openOnFakeClock() {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const book = new MemoryRequestBook<string>({ settleMs: 0 });
  const accept = (id: string) =>
    book.accept({ id, userId: '7', chatId: '7', messageId: '1', deadline: Date.now() + 60_000, envelope: '' }, LIMITS);
  const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
  return { book, accept, later };
}

test('what is over is remembered for a day, and then forgotten', async () => {
  const { book, accept, later } = openOnFakeClock();
  await accept('a1');
  await book.answered('a1');
  later(23 * AN_HOUR);
  expect(await accept('a1')).toEqual({ kind: 'already', state: 'answered' });
  later(2 * AN_HOUR);
  expect((await accept('a1')).kind).toBe('accepted');
});

test('an answer that was ready and not sent for three hours is owed again', async () => {
  const { book, accept, later } = openOnFakeClock();
  await accept('a1');
  await book.answerReady('a1');
  later(2.9 * AN_HOUR);
  expect(await book.overdue()).toEqual([]);
  later(0.2 * AN_HOUR);
  expect(await book.overdue()).toMatchObject([{ id: 'a1', answerReady: true }]);
  expect(await book.sending('a1', { attempt: 'x', repeatable: true, expired: true })).toBe('send');
});

import { RetryableError } from '@attrai/contracts/errors';
import { createLogger } from '@attrai/telemetry/logger';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SmallTalk } from '../src/chat/small-talk.ts';
import { TelegramPace } from '../src/telegram/pace.ts';

const CHAT = '7';
const GROUP = '-7';

let sent: { at: number; text: string }[];
let lines: string[];
let pace: TelegramPace;
let talk: SmallTalk;
let fail: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  lines = [];
  pace = new TelegramPace();
  fail = () => {};
  const note = async (text: string) => {
    fail();
    sent.push({ at: performance.now(), text });
  };
  const chat = {
    send: (_: unknown, text: string) => note(text).then(() => '1'),
    edit: (_chat: string, _id: string, text: string) => note(text).then(() => 'edited' as const),
    delete: (_chat: string, id: string) => note(`delete ${id}`),
    answerPress: (_id: string, text: string) => note(text),
  };
  const logger = createLogger({ service: 'bot', destination: { write: (line) => void lines.push(line) } });
  talk = new SmallTalk({ chat, pace, logger });
});
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const texts = () => sent.map(({ text }) => text);

async function useUp(chatId: string): Promise<void> {
  for (let i = 0; i < 10; i++) await pace.turn(chatId).catch(() => {});
}

test('an answer to a command is sent at once, also where photos wait for their answers', async () => {
  await useUp(GROUP);
  await pass(10_000);
  await useUp(GROUP);
  for (let i = 0; i < 50; i++) await pace.turn(GROUP, `photo ${i}`).catch(() => {});
  await pass(52_000);
  talk.say({ chatId: GROUP }, 'help');
  talk.say({ chatId: CHAT }, 'other help');
  await pass(1_000);
  expect(texts()).toEqual(expect.arrayContaining(['help', 'other help']));
});

test('what is said in a chat keeps its pace and its order', async () => {
  for (let i = 0; i < 15; i++) talk.say({ chatId: CHAT }, String(i));
  await pass(5_000);
  expect(sent.length).toBeLessThanOrEqual(10);
  await pass(30_000);
  expect(texts()).toEqual(Array.from({ length: 15 }, (_, i) => String(i)));
  expect(lines).toEqual([]);
});

test('an edit takes a turn too; to delete and to answer a press needs none', async () => {
  await useUp(CHAT);
  talk.change(CHAT, '1', 'edited');
  talk.remove(CHAT, '2');
  talk.answerPress('3', 'pressed');
  await pass(1_000);
  expect(texts().sort()).toEqual(['delete 2', 'pressed']);
  await pass(10_000);
  expect(texts()).toContain('edited');
});

test('what could not be said for more than a minute is dropped, with a line in the log', async () => {
  pace.hold(CHAT, 3_600_000);
  talk.say({ chatId: CHAT }, 'never');
  pace.hold(GROUP, 40_000);
  talk.say({ chatId: GROUP }, 'late');
  await pass(66_000);
  expect(texts()).toEqual(['late']);
  expect(lines.join()).toMatch(/chat_pace.*Could not answer a message/);
  await pass(3_600_000);
  expect(texts()).toEqual(['late']);
});

test('who is told again and again to wait does so, for up to a minute', async () => {
  pace.hold(CHAT, 10_000);
  talk.say({ chatId: CHAT }, 'at last');
  for (let i = 0; i < 5; i++) {
    await pass(9_000);
    pace.hold(CHAT, 10_000);
  }
  await pass(11_000);
  expect(texts()).toEqual(['at last']);
});

test('a refusal by the network is tried again in the order of saying', async () => {
  let refusals = 2;
  fail = () => {
    if (refusals-- > 0) throw new RetryableError('telegram_busy', 'wait', { retryAfterMs: 3_000 });
  };
  talk.say({ chatId: CHAT }, 'first');
  talk.say({ chatId: CHAT }, 'second');
  await pass(20_000);
  expect(texts()).toEqual(['first', 'second']);
  expect(sent[0]!.at).toBeGreaterThanOrEqual(6_000);
});

test('a chat in which too much is to be said does not keep others from being answered', async () => {
  pace.hold(CHAT, 60_000);
  for (let i = 0; i < 600; i++) talk.say({ chatId: CHAT }, String(i));
  talk.say({ chatId: '8' }, 'answer');
  await pass(100);
  expect(texts()).toEqual(['answer']);
  expect(lines.length).toBeGreaterThan(500);
  await pass(120_000);
  for (let i = 0; i < 25; i++) talk.say({ chatId: CHAT }, `again ${i}`);
  await pass(60_000);
  expect(texts().filter((text) => text.startsWith('again'))).toHaveLength(20);
});

test('at the stop each is tried once more and none waits', async () => {
  await useUp(CHAT);
  for (let i = 0; i < 3; i++) talk.say({ chatId: CHAT }, 'no turn');
  talk.say({ chatId: '8' }, 'has one');
  await talk.finish();
  expect(texts()).toEqual(['has one']);
  expect(lines).toHaveLength(3);
});

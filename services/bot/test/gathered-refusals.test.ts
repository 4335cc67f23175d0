import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Address } from '../src/chat/chat.ts';
import type { SentOther, SentPhoto } from '../src/chat/wants.ts';
import type { Refusal } from '../src/intake/refusal.ts';
import { Refusals } from '../src/intake/refusals.ts';
import { TEXTS } from '../src/texts/languages.ts';
import { inRanges } from '../src/texts/ranges.ts';
import { LIMITS } from './world.ts';

const limits = { ...LIMITS, maxActivePerUser: 10 };

let said: (Address & { text: string })[];
let refusals: Refusals;
let nextMessage: number;

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  nextMessage = 1;
  refusals = new Refusals({ say: (to, text) => void said.push({ ...to, text }) }, limits);
});
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const TOO_MANY: Refusal = { kind: 'too_many_active' };

function photo(change: Partial<SentPhoto> = {}): SentPhoto {
  return {
    kind: 'photo',
    chatId: '7',
    messageId: String(nextMessage++),
    from: { id: '7', language: 'en' },
    inPrivate: true,
    isForBot: false,
    photo: { sizes: [{ fileId: 'x' }] },
    ...change,
  };
}

function sticker(): SentOther {
  const { chatId, messageId, from, inPrivate } = photo();
  return { kind: 'other', what: 'sticker', chatId, messageId, from, inPrivate, isForBot: true };
}

const gather = (sent: SentPhoto | SentOther, refusal?: Refusal) => refusals.gather(sent, async () => refusal);

test('of 30 photos at once of which 10 are taken, one message says which to send again, as a reply to the first of them', async () => {
  for (let i = 1; i <= 30; i++) {
    await gather(photo(), i <= 10 ? undefined : TOO_MANY);
    await pass(30);
  }
  await pass(1_100);
  expect(said).toEqual([
    {
      chatId: '7',
      replyTo: '11',
      text: 'I left out 20 of these 30 photos: number 11–30. I work on at most 10 photos of yours at once. Please send them again when I have answered the others.',
    },
  ]);
});

test('30 photos that a phone sends one after the other get one message too', async () => {
  for (let i = 1; i <= 30; i++) {
    await gather(photo(), i <= 10 ? undefined : TOO_MANY);
    await pass(500);
  }
  await pass(600);
  expect(said).toMatchObject([
    { replyTo: '11', text: expect.stringContaining('20 of these 30 photos: number 11–30.') },
  ]);
});

test('numbers are those of sending, in whatever order photos are decided', async () => {
  const decide = Array.from({ length: 6 }, () => Promise.withResolvers<Refusal | undefined>());
  const gathered = decide.map(({ promise }) => refusals.gather(photo(), () => promise));
  for (const i of [5, 2, 4, 0, 1, 3]) decide[i]!.resolve(i === 1 || i === 2 || i === 5 ? TOO_MANY : undefined);
  await Promise.all(gathered);
  await pass(1_100);
  expect(said).toMatchObject([
    { replyTo: '2', text: expect.stringContaining('3 of these 6 photos: number 2–3 and 6.') },
  ]);
});

test('one photo that is refused gets the words for one, within a second and a half', async () => {
  await gather(photo());
  await gather(photo(), { kind: 'too_small', side: 40 });
  await pass(1_500);
  expect(said).toMatchObject([{ replyTo: '2', text: TEXTS.en.tooSmall(40, limits) }]);
});

test('each kind of refusal gets a message of its own; thirty stickers get one', async () => {
  await gather(photo(), { kind: 'too_large', bytes: 30_000_000 });
  await gather(photo(), { kind: 'too_often', waitSeconds: 100 });
  await gather(photo(), { kind: 'too_large', bytes: 31_000_000 });
  for (let i = 0; i < 30; i++) await gather(sticker(), { kind: 'sticker' });
  await pass(1_100);
  expect(said).toMatchObject([
    {
      replyTo: '1',
      text: expect.stringMatching(/^I left out 2 of these 3 photos: number 1 and 3\. They are too large/),
    },
    { replyTo: '2', text: TEXTS.en.tooOften(100, limits) },
    { replyTo: '4', text: TEXTS.en.notAPhoto.sticker },
  ]);
});

test('where none is taken, no numbers are needed', async () => {
  for (let i = 0; i < 3; i++) await gather(photo(), TOO_MANY);
  await pass(1_100);
  expect(said[0]?.text).toMatch(/^I took none of these 3 photos\. I work on/);
});

test('each person, chat and topic has its own, in the language of the person and in the topic', async () => {
  await gather(photo({ chatId: '-1', topicId: '5' }), TOO_MANY);
  await gather(photo({ chatId: '-1', topicId: '6' }), TOO_MANY);
  await gather(photo({ chatId: '-1', topicId: '5', from: { id: '8', language: 'de' } }), TOO_MANY);
  await gather(photo({ chatId: '-2', topicId: '5' }), TOO_MANY);
  await pass(1_100);
  expect(said.map(({ chatId, topicId, replyTo }) => [chatId, topicId, replyTo])).toEqual([
    ['-1', '5', '1'],
    ['-1', '6', '2'],
    ['-1', '5', '3'],
    ['-2', '5', '4'],
  ]);
  expect(said[2]?.text).toBe(TEXTS.de.tooManyActive(limits));
});

test('who goes on and on is answered every few seconds', async () => {
  for (let i = 0; i < 40; i++) {
    await gather(sticker(), { kind: 'sticker' });
    await pass(500);
  }
  await pass(1_100);
  expect(said.length).toBeGreaterThanOrEqual(3);
  expect(said.length).toBeLessThanOrEqual(5);
});

test('a decision that takes long is waited for, but not for ever; it is said when it comes', async () => {
  const late = Promise.withResolvers<Refusal>();
  const gathered = refusals.gather(photo(), () => late.promise);
  await gather(photo(), { kind: 'too_small', side: 40 });
  await pass(3_000);
  expect(said).toEqual([]);
  await pass(4_000);
  expect(said).toHaveLength(1);
  late.resolve(TOO_MANY);
  await gathered;
  expect(said[1]).toMatchObject({ replyTo: '1', text: TEXTS.en.tooManyActive(limits) });
});

test('a photo that shall come again is no refusal, and its error is handed on', async () => {
  await expect(refusals.gather(photo(), () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  await pass(1_100);
  expect(said).toEqual([]);
});

test('at the stop all is said that was to be said soon, and nothing later', async () => {
  for (let i = 0; i < 2; i++) await gather(photo(), TOO_MANY);
  refusals.sayAll();
  expect(said).toHaveLength(1);
  await pass(10_000);
  expect(said).toHaveLength(1);
});

test('a flood from many people is answered without being gathered', async () => {
  for (let user = 1; user <= 3_000; user++) {
    await gather(photo({ from: { id: String(user) } }), TOO_MANY);
  }
  expect(said).toHaveLength(2_000);
  await pass(1_100);
  expect(said).toHaveLength(3_000);
  expect(vi.getTimerCount()).toBe(0);
});

test('numbers are told in ranges, unless that are too many', () => {
  expect(inRanges([1], 'en')).toBe('1');
  expect(inRanges([2, 5, 6, 7, 9], 'en')).toBe('2, 5–7, and 9');
  expect(inRanges([2, 3], 'de')).toBe('2–3');
  expect(inRanges([1, 3], 'de')).toBe('1 und 3');
  expect(inRanges([1, 3, 5, 7, 9, 11], 'en')).toBeUndefined();
});

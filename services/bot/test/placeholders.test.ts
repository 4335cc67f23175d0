import { setTimeout as pause } from 'node:timers/promises';
import { TO_ESTIMATE } from '@attrai/contracts/queues';
import { createLogger } from '@attrai/telemetry/logger';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, onTestFinished, test, vi } from 'vitest';
import { SmallTalk } from '../src/chat/small-talk.ts';
import { Placeholders, QUICK_MS } from '../src/progress/placeholders.ts';
import { Progress } from '../src/progress/progress.ts';
import { requestFor } from '../src/requests/envelope.ts';
import { MemoryRequestBook } from '../src/requests/memory-request-book.ts';
import { TelegramPace } from '../src/telegram/pace.ts';
import { TelegramApi } from '../src/telegram/telegram-api.ts';
import { bent } from './bent.ts';
import { LIMITS, openWorld, PHOTO, type World } from './world.ts';

const CHAT = 4711;
/** Two looks at who waits. */
const LOOKS_MS = 2_000;

/** Photos are looked at when they are released, the first one first. */
function slowly() {
  const release: (() => void)[] = [];
  const estimate = () => new Promise<'scored'>((resolve) => release.push(() => resolve('scored')));
  return { release, estimate };
}

const callsOf = async ({ page }: World, method: string) => (await page.stats()).calls[method] ?? 0;

test('a slow photo gets a silent placeholder; its answer is a new message that rings, and the placeholder is deleted: three calls', async () => {
  const { release, estimate } = slowly();
  await using world = await openWorld({ estimate });
  const photo = await world.page.send(CHAT, { photo: PHOTO });
  const placeholder = await world.page.untilSaid(CHAT, /Got it\. Your photo is next/);
  expect(placeholder).toMatchObject({ reply_to: photo, silent: true });
  release[0]!();
  const answer = await world.page.untilSaid(CHAT, /6\.3/);
  expect(answer).toMatchObject({ reply_to: photo, photo_url: expect.any(String) });
  expect(answer).not.toHaveProperty('silent');
  await expect.poll(() => world.page.fromBot(CHAT)).toEqual([answer]);
  await world.untilNothingIsLeft();
  const { calls } = await world.page.stats();
  expect(calls).toMatchObject({ sendMessage: 1, sendPhoto: 1, deleteMessage: 1 });
  expect(Object.keys(calls).filter((method) => method.startsWith('edit'))).toEqual([]);
});

test('shows the place in the queue, and edits it as the queue moves', async () => {
  const { release, estimate } = slowly();
  await using world = await openWorld({ limits: { maxActivePerUser: 10 }, estimate });
  for (const chat of [1, 2, 3]) {
    await world.page.send(chat, { photo: PHOTO });
    // One that follows closely could overtake it in the download.
    await waitUntil('it was not published', async () => {
      return world.requests.length === 1 && (await world.broker.depth(TO_ESTIMATE)) === chat - 1;
    });
  }
  for (const chat of [1, 2, 3]) {
    await world.page.untilSaid(chat, chat === 1 ? /Your photo is next/ : new RegExp(`number ${chat} in the queue`));
  }
  release[0]!();
  await world.page.untilSaid(2, /Your photo is next/);
  await world.page.untilSaid(3, /number 2 in the queue/);
  for (const next of [1, 2]) {
    await waitUntil('the next photo did not come', () => release.length > next);
    release[next]!();
  }
  for (const chat of [1, 2, 3]) await world.page.untilSaid(chat, /6\.3/);
  await world.untilNothingIsLeft();
  for (const chat of [1, 2, 3]) await expect.poll(() => world.page.fromBot(chat)).toHaveLength(1);
});

test('no placeholder holds a photo up on its way to the estimators', async () => {
  await using world = await openWorld({ estimate: async () => undefined });
  await world.page.break({ method: 'sendMessage', kind: 'error', error_code: 429, retry_after: 1, times: 1 });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('the photo did not come to the estimator', () => world.requests.length === 1);
  expect(await callsOf(world, 'sendMessage')).toBe(0);
  // Its 429 is waited for.
  await world.page.untilSaid(CHAT, /Got it/);
  expect(await callsOf(world, 'sendMessage')).toBe(2);
});

test('of two bots that know of a photo one sends a placeholder, two seconds after it was accepted', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const sentAt: number[] = [];
  const chat = bent(new TelegramApi({ token: 'none', onBusy() {} }), {
    async send() {
      sentAt.push(Date.now());
      return '5';
    },
  });
  const book = new MemoryRequestBook<unknown>();
  const logger = createLogger({ service: 'test', level: 'silent' });
  const openBot = () => {
    const pace = new TelegramPace();
    const progress = new Progress({ chat, pace, book, logger });
    const smallTalk = new SmallTalk({ chat, pace, logger });
    const stopping = new AbortController().signal;
    const placeholders = new Placeholders({ chat, pace, book, progress, smallTalk, logger, stopping });
    onTestFinished(async () => {
      await Promise.all([placeholders.stop(), progress.stop()]);
    });
    return placeholders;
  };
  const bots = [openBot(), openBot()];
  await vi.advanceTimersByTimeAsync(300);
  const acceptedAt = Date.now();
  const replyTo = { userId: '7', chatId: '7', messageId: '1', language: 'en' as const };
  await book.accept(requestFor('a', replyTo, acceptedAt + 600_000), LIMITS);
  for (const bot of bots) bot.watch({ id: 'a', replyTo, acceptedAt });
  await vi.advanceTimersByTimeAsync(QUICK_MS - 1);
  expect(sentAt).toEqual([]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(sentAt).toHaveLength(1);
  expect(sentAt[0]! - acceptedAt).toBeLessThanOrEqual(QUICK_MS + 1_000);
  expect(await book.find('a')).toMatchObject({ placeholder: { id: '5' } });
});

test('groups get no placeholder', async () => {
  const { release, estimate } = slowly();
  await using world = await openWorld({ estimate });
  const [GROUP, ANNA] = [-100, 7];
  await world.page.send(GROUP, { userId: ANNA, photo: PHOTO, text: `@${world.bot.username}` });
  await waitUntil('the photo did not come to the estimator', () => release.length === 1);
  await pause(QUICK_MS + LOOKS_MS);
  expect(await world.page.fromBot(GROUP)).toEqual([]);
  release[0]!();
  await world.page.untilSaid(GROUP, /6\.3/);
  await world.untilNothingIsLeft();
  expect(await callsOf(world, 'sendMessage')).toBe(0);
});

test.each(['answered', 'cancelled'])(
  'a photo that is %s before two seconds are over gets no placeholder',
  async (end) => {
    const { release, estimate } = slowly();
    await using world = await openWorld({ estimate });
    await world.page.send(CHAT, { photo: PHOTO });
    await waitUntil('the photo did not come to the estimator', () => release.length === 1);
    if (end === 'cancelled') await world.page.send(CHAT, { text: '/cancel' });
    else release[0]!();
    await world.page.untilSaid(CHAT, end === 'cancelled' ? /Dropped: 1 photo/ : /6\.3/);
    await pause(QUICK_MS + LOOKS_MS);
    expect(await world.page.fromBot(CHAT)).toHaveLength(1);
    expect(JSON.stringify(await world.page.log(CHAT))).not.toContain('Got it');
  },
);

test('a placeholder that is still being sent when the answer goes out holds it up by nothing, and is deleted', async () => {
  const { release, estimate } = slowly();
  await using world = await openWorld({ estimate });
  await world.page.break({ method: 'sendMessage', kind: 'delay', delay_ms: 3_000, times: 1 });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('no placeholder was sent', async () => (await callsOf(world, 'sendMessage')) === 1);
  release[0]!();
  const answer = await world.page.untilSaid(CHAT, /6\.3/);
  expect(await world.page.fromBot(CHAT)).toEqual([answer]);
  await waitUntil('it was not deleted', async () => (await callsOf(world, 'deleteMessage')) === 1);
  expect(await world.page.fromBot(CHAT)).toEqual([answer]);
  await world.untilNothingIsLeft();
});

test('a placeholder whose deletion fails is deleted at the next try', async () => {
  const { release, estimate } = slowly();
  await using world = await openWorld({ estimate });
  await world.page.break({ method: 'deleteMessage', kind: 'error', error_code: 500, times: 1 });
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /Got it/);
  release[0]!();
  await world.page.untilSaid(CHAT, /6\.3/);
  await expect.poll(() => world.page.fromBot(CHAT)).toHaveLength(1);
  expect(await callsOf(world, 'deleteMessage')).toBe(2);
});

test('a placeholder that was delivered but not confirmed is not sent twice', async () => {
  const { release, estimate } = slowly();
  await using world = await openWorld({ estimate });
  await world.page.break({ method: 'sendMessage', kind: 'drop-after', times: 1 });
  const photo = await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /Got it/);
  await pause(LOOKS_MS);
  release[0]!();
  expect(await world.page.untilSaid(CHAT, /6\.3/)).toMatchObject({ reply_to: photo });
  await world.untilNothingIsLeft();
  expect(await callsOf(world, 'sendMessage')).toBe(1);
});

test('a user who blocked the bot is sent no placeholder again and again', async () => {
  await using world = await openWorld({ estimate: async () => undefined });
  await world.page.break({ method: 'sendMessage', kind: 'error', error_code: 403, times: 100 });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('no placeholder was tried', async () => (await callsOf(world, 'sendMessage')) === 1);
  await pause(LOOKS_MS);
  expect(await callsOf(world, 'sendMessage')).toBe(1);
});

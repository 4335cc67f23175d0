import type { RetryableError } from '@attrai/contracts/errors';
import { Pace as TelegramsPace } from '@attrai/sandbox/bot-api/pace';
import { createChat } from '@attrai/sandbox/chat/chat';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { TelegramPace } from '../src/telegram/pace.ts';

const CHAT = '7';
const GROUP = '-7';

let pace: TelegramPace;

beforeEach(() => {
  vi.useFakeTimers();
  pace = new TelegramPace();
});
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Milliseconds to wait; 0: it is their turn. */
async function wait(chatId: string, who?: string): Promise<number> {
  return waitOf(pace.turn(chatId, who));
}

async function waitOf(turn: Promise<void>): Promise<number> {
  try {
    await turn;
    return 0;
  } catch (error) {
    expect(error).toMatchObject({ code: 'chat_pace', retryAfterMs: expect.any(Number) });
    return (error as RetryableError).retryAfterMs!;
  }
}

/** How many turns can be had now. */
async function turnsNow(chatId: string): Promise<number> {
  let turns = 0;
  while ((await wait(chatId)) === 0) turns += 1;
  return turns;
}

describe('in one chat', () => {
  test('an album is answered at once, then one message a second in the mean; other chats are not held up', async () => {
    expect(await turnsNow(CHAT)).toBe(10);
    expect(await turnsNow('8')).toBe(10);
    let turns = 0;
    for (let second = 0; second < 60; second++) {
      await pass(1_000);
      turns += await turnsNow(CHAT);
    }
    expect(turns).toBe(60);
  });

  test('a group gets 20 messages in whatever minute one looks at', async () => {
    const at: number[] = [];
    for (let second = 0; second < 600; second++) {
      // Pauses of all lengths.
      if (second % 47 < 30) for (let i = await turnsNow(GROUP); i > 0; i--) at.push(second);
      await pass(1_000);
    }
    const inMinute = at.map((from) => at.filter((one) => one >= from && one < from + 60).length);
    expect(Math.max(...inMinute)).toBe(20);
    expect(at.length).toBeGreaterThan(150);
  });

  test('those who wait are each told a time of their own, and get their turn then, in order', async () => {
    await turnsNow(GROUP);
    const names = Array.from({ length: 40 }, (_, i) => `photo ${i}`);
    const waits: { who: string; at: number }[] = [];
    for (const who of names) waits.push({ who, at: await wait(GROUP, who) });
    expect(waits.map(({ at }) => at)).toEqual(waits.map(({ at }) => at).sort((a, b) => a - b));
    const served: string[] = [];
    let asked = 0;
    for (let ms = 0; ms < 200_000; ms += 50) {
      for (const one of waits.filter(({ at }) => at <= ms && at >= 0)) {
        asked += 1;
        const more = await wait(GROUP, one.who);
        one.at = more === 0 ? -1 : ms + more;
        if (more === 0) served.push(one.who);
      }
      await pass(50);
    }
    expect(served).toEqual(names);
    expect(asked).toBeLessThan(1.5 * names.length);
  });

  test('whoever comes new waits behind those who were told to come back', async () => {
    await turnsNow(CHAT);
    const told = await wait(CHAT, 'first');
    for (let i = 0; i < 9; i++) await wait(CHAT, `other ${i}`);
    await pass(told);
    expect(await wait(CHAT, 'new')).toBeGreaterThan(0);
    expect(await wait(CHAT, 'first')).toBe(0);
  });

  test('who never comes back holds nobody up for long', async () => {
    await turnsNow(CHAT);
    for (let i = 0; i < 10; i++) await wait(CHAT, `gone ${i}`);
    await pass(10_000);
    expect(await wait(CHAT, 'new')).toBeGreaterThan(0);
    await pass(10_100);
    expect(await wait(CHAT, 'new')).toBe(0);
  });

  test('what people expect at once goes ahead of those who wait, but not again and again', async () => {
    await turnsNow(GROUP);
    await pass(30_000);
    for (let i = 0; i < 70; i++) await wait(GROUP, `photo ${i}`);
    await pass(await waitOf(pace.soon(GROUP)));
    await pace.soon(GROUP);
    const again = await waitOf(pace.soon(GROUP));
    expect(again).toBeGreaterThan(5_000);
    expect(again).toBeLessThan(40_000);
    await pass(9_000);
    expect(await waitOf(pace.soon(GROUP))).toBeGreaterThan(0);
  });

  test('tells how long more turns than are left take', async () => {
    for (let i = 0; i < 5; i++) await pace.turn(GROUP);
    expect(await pace.waitFor(5, GROUP)).toBe(0);
    expect(await pace.waitFor(15, GROUP)).toBeLessThanOrEqual(10_000);
    const [next, stillNext, afterNext] = await Promise.all([16, 35, 36].map((turns) => pace.waitFor(turns, GROUP)));
    expect(next).toBeGreaterThan(50_000);
    expect(next).toBeLessThan(62_000);
    expect(stillNext).toBeLessThan(2 * 62_000);
    expect(afterNext).toBeGreaterThan(2 * 60_000);
    expect(await pace.waitFor(10, CHAT)).toBe(0);
    expect(await pace.waitFor(0, CHAT)).toBe(0);
  });

  test('an edit nobody needs gets no turn where answers wait or half of the share is gone, nor twice in a second', async () => {
    await pass(5_000);
    expect(await pace.spare(CHAT)).toBe(true);
    expect(await pace.spare(CHAT)).toBe(false);
    await pass(1_000);
    expect(await pace.spare(CHAT)).toBe(true);
    for (let i = 0; i < 5; i++) await pace.turn(CHAT);
    await pass(1_000);
    expect(await pace.spare(CHAT)).toBe(false);
    await turnsNow(GROUP);
    await wait(GROUP, 'an answer');
    await pass(12_000);
    expect(await pace.spare(GROUP)).toBe(false);
    await pass(10_000);
    expect(await pace.spare(GROUP)).toBe(true);
  });

  test('chats that are quiet are forgotten, one that is held is not', async () => {
    pace.hold('1', 3_600_000);
    for (let chat = 2; chat < 5_000; chat++) await pace.turn(String(chat));
    expect(pace.size).toBeGreaterThan(4_000);
    await pass(70_000);
    for (let i = 0; i < 5_000; i++) await pace.turn(String(10_000 + (i % 3))).catch(() => {});
    expect(pace.size).toBeLessThan(10);
    expect(await wait('1')).toBeGreaterThan(3_500_000);
  });
});

describe('after a refusal', () => {
  test('a chat is left alone for as long as Telegram says, an hour too, and others are not', async () => {
    pace.hold(CHAT, 3_600_000);
    expect(await wait(CHAT)).toBe(3_600_000);
    expect(await pace.spare(CHAT)).toBe(false);
    expect(await pace.waitFor(1, CHAT)).toBe(3_600_000);
    expect(await wait('8')).toBe(0);
    await pass(3_600_000);
    expect(await wait(CHAT)).toBe(0);
  });

  test.for([
    [CHAT, 1_000],
    [GROUP, 3_000],
  ] as const)('chat %s goes on one by one, and has bursts again later', async ([chatId, apart]) => {
    for (let i = 0; i < 3; i++) await pace.turn(chatId);
    pace.hold(chatId, 5_000);
    await pass(5_000);
    for (let i = 0; i < 5; i++) {
      expect(await turnsNow(chatId)).toBe(1);
      await pass(apart / 2);
      expect(await turnsNow(chatId)).toBe(0);
      await pass(apart / 2 + 100);
    }
    await pass(200_000);
    expect(await turnsNow(chatId)).toBeGreaterThanOrEqual(10);
  });
});

describe('in all chats together', () => {
  let chats = 0;
  /** Turns in so many chats that are had within a second. */
  async function turnsASecond(wanted: number): Promise<number> {
    let turns = 0;
    for (let i = 0; i < wanted; i++) void pace.turn(String(++chats)).then(() => turns++);
    await pass(1_000);
    const now = turns;
    await pass(120_000);
    return now;
  }
  /** A second in which so many messages go out, of which Telegram refuses those to the last `refused` chats. */
  async function refuseIn(refused: number, sent = 40): Promise<void> {
    const first = chats;
    for (let i = 0; i < sent; i++) void pace.turn(String(++chats));
    await pass(500);
    for (let i = 0; i < refused; i++) pace.hold(String(first + sent - i), 3_000);
  }

  test('there is no limit until refusals teach one', async () => {
    expect(await turnsASecond(500)).toBe(500);
  });

  test('refusals in several chats that got little slow the bot down; it recovers slowly, until there is no limit again', async () => {
    await refuseIn(3);
    const turns: number[] = [];
    for (let i = 0; i < 5; i++) turns.push(await turnsASecond(60));
    expect(turns[0]).toBeGreaterThan(3);
    expect(turns[0]).toBeLessThan(25);
    expect(turns[1]).toBeGreaterThan(turns[0]! + 20);
    expect(turns.at(-1)).toBe(60);
  });

  test('a storm of refusals counts once, the next one again', async () => {
    await refuseIn(30);
    const once = await turnsASecond(60);
    pace = new TelegramPace();
    await refuseIn(3);
    expect(await turnsASecond(60)).toBe(once);
    pace = new TelegramPace();
    await refuseIn(3);
    await pass(3_000);
    await refuseIn(3, 10);
    expect(await turnsASecond(60)).toBeLessThan(once);
  });

  test('refusals in one chat, or in chats that got many messages, slow down nobody else', async () => {
    for (let i = 0; i < 5; i++) pace.hold('1000000', 1_000);
    for (const chat of ['1', '2', '3', '4']) {
      for (let i = 0; i < 6; i++) await pace.turn(chat);
      pace.hold(chat, 1_000);
    }
    expect(await turnsASecond(500)).toBe(500);
  });

  test('who waits for a turn among all waits no longer when the bot stops', async () => {
    const stop = new AbortController();
    pace = new TelegramPace({ stopping: stop.signal });
    await refuseIn(3);
    const turns = Array.from({ length: 60 }, () => pace.turn(String(++chats)));
    stop.abort();
    const ends = await Promise.allSettled(turns);
    expect(ends.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(40);
  });
});

describe("at Telegram's own limits", () => {
  /** Sends photos' answers as jobs do, until all are sent. Resolves to how that went. */
  async function answerAll(chatId: string, arrivals: number[]) {
    const telegram = new TelegramsPace();
    telegram.isOn = true;
    const chat = createChat(Number(chatId));
    const start = Date.now();
    const due = arrivals.map((at, i) => ({ at, who: `photo ${i}`, onItsWay: false }));
    let [refused, asked, lastAt] = [0, 0, 0];
    while (due.length > 0) {
      const now = Date.now() - start;
      for (const job of due.filter(({ at }) => at <= now)) {
        if (!job.onItsWay) {
          asked += 1;
          const ms = await wait(chatId, job.who);
          job.onItsWay = ms === 0;
          // Calls take their time.
          job.at = now + (ms || 50 + ((job.at * 7919) % 900));
          continue;
        }
        job.onItsWay = false;
        try {
          telegram.count(chat, 1);
          due.splice(due.indexOf(job), 1);
          lastAt = now;
        } catch (error) {
          refused += 1;
          const { retry_after } = (error as { parameters: { retry_after: number } }).parameters;
          pace.hold(chatId, retry_after * 1000);
          job.at = now + retry_after * 1000;
        }
      }
      await pass(50);
    }
    return { refused, seconds: lastAt / 1000, asked: asked / arrivals.length };
  }

  test('90 photos at 30 a minute in a group: not one refusal, in the time that 20 a minute take', async () => {
    const { refused, seconds, asked } = await answerAll(
      GROUP,
      Array.from({ length: 90 }, (_, i) => i * 2_000),
    );
    expect(refused).toBe(0);
    expect(seconds).toBeLessThan(275);
    expect(asked).toBeLessThan(2.5);
  });

  test.for([
    [GROUP, 300],
    [CHAT, 100],
  ] as const)('90 photos at once in chat %s: a few refusals at first, then none', async ([chatId, limit]) => {
    const { refused, seconds } = await answerAll(
      chatId,
      Array.from({ length: 90 }, () => 0),
    );
    expect(refused).toBeLessThan(10);
    expect(seconds).toBeLessThan(limit);
  });
});

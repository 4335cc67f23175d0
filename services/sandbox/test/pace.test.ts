import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/bot-api/api-error.ts';
import { Pace } from '../src/bot-api/pace.ts';
import { createChat } from '../src/chat/chat.ts';
import { rawBotTest } from './sandbox-test.ts';

describe('the limits for messages', () => {
  const chat = createChat(1);
  const group = createChat(-1);
  let pace: Pace;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
    pace = new Pace();
    pace.isOn = true;
  });
  afterEach(() => void vi.useRealTimers());

  /** Counts messages. Returns the seconds to wait if that was refused, else 0. */
  function wait(where = chat, messages = 1): number {
    try {
      pace.count(where, messages);
      return 0;
    } catch (error) {
      expect(error).toBeInstanceOf(ApiError);
      return (error as ApiError).parameters!.retry_after!;
    }
  }

  /** Sends for so many seconds, as fast as the limits allow. Returns the number of messages. */
  function sendFor(seconds: number, where = chat): number {
    let sent = 0;
    for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
      const pause = wait(where);
      if (pause === 0) sent++;
      else vi.advanceTimersByTime(pause * 1000);
    }
    return sent;
  }

  it('are off by default', () => {
    pace.isOn = false;
    for (let i = 0; i < 1000; i++) expect(wait()).toBe(0);
  });

  it('allow a burst in a chat, then one message a second', () => {
    expect(Array.from({ length: 7 }, () => wait())).toEqual([0, 0, 0, 0, 0, 1, 1]);
    expect(wait(createChat(2))).toBe(0);
    vi.advanceTimersByTime(1000);
    expect([wait(), wait()]).toEqual([0, 1]);
    vi.advanceTimersByTime(60_000);
    expect(sendFor(100)).toBeGreaterThanOrEqual(100);
  });

  it('allow 20 messages a minute in a group', () => {
    const sent = sendFor(600, group);
    expect(sent).toBeGreaterThanOrEqual(200);
    expect(sent).toBeLessThanOrEqual(220);
  });

  it('say how long to wait, and do not count refused messages', () => {
    for (let sent = 0; sent < 20; ) {
      if (wait(group) === 0) sent++;
      else vi.advanceTimersByTime(1000);
    }
    const pause = wait(group);
    expect(pause).toBeGreaterThan(20);
    for (let i = 0; i < 10; i++) wait(group);
    vi.advanceTimersByTime((pause - 2) * 1000);
    expect(wait(group)).toBeGreaterThan(0);
    vi.advanceTimersByTime(2000);
    expect(wait(group)).toBe(0);
  });

  it('count each message of an album', () => {
    expect([wait(chat, 10), wait()]).toEqual([0, 6]);
    expect(wait(group, 10)).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect(wait(group, 10)).toBe(0);
    vi.advanceTimersByTime(10_000);
    expect(wait(group, 1)).toBeGreaterThan(30);
  });
});

describe('a bot that sends too much', () => {
  rawBotTest('gets retry_after in body and header, and may still delete', async ({ bot, user }) => {
    const chat = await user.openChat();
    await user.set({ limits: true });
    const ids: number[] = [];
    for (let i = 0; i < 5; i++) ids.push((await bot.call('sendMessage', { ...chat, text: String(i) })).message_id);
    const place = { ...chat, message_id: ids[0] };
    for (const method of ['sendMessage', 'editMessageText']) {
      const { status, headers, body } = await bot.ask(method, { ...place, text: 'x' });
      expect(status).toBe(429);
      expect(body).toMatchObject({ error_code: 429, parameters: { retry_after: expect.any(Number) } });
      expect(headers.get('retry-after')).toBe(String(body.parameters.retry_after));
      expect(body.description).toBe(`Too Many Requests: retry after ${body.parameters.retry_after}`);
    }
    expect(await bot.call('sendChatAction', { ...chat, action: 'typing' })).toBe(true);
    expect(await bot.call('deleteMessage', place)).toBe(true);
  });
});

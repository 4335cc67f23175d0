import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../src/bot-api/api-error.ts';
import { Pace } from '../src/bot-api/pace.ts';
import { createChat } from '../src/chat/chat.ts';
import { startSandbox } from '../src/sandbox.ts';
import { RawBot } from './raw-bot.ts';
import { User } from './user.ts';

describe('the limits of sending', () => {
  const chat = createChat(1);
  const group = createChat(-1);
  let pace: Pace;

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
    pace = new Pace();
    pace.isOn = true;
  });
  afterEach(() => void vi.useRealTimers());

  /** Seconds to wait; 0: it went through. */
  function wait(where = chat, messages = 1): number {
    try {
      pace.count(where, messages);
      return 0;
    } catch (error) {
      expect(error).toBeInstanceOf(ApiError);
      return (error as ApiError).parameters!.retry_after!;
    }
  }

  /** Sends as fast as the chat takes it; resolves to how many went through in `seconds`. */
  function sendFor(seconds: number, where = chat): number {
    let sent = 0;
    for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
      const pause = wait(where);
      if (pause === 0) sent++;
      else vi.advanceTimersByTime(pause * 1000);
    }
    return sent;
  }

  it('are none unless they are switched on', () => {
    pace.isOn = false;
    for (let i = 0; i < 1000; i++) expect(wait()).toBe(0);
  });

  it('let a burst through in a chat, then one a second', () => {
    expect(Array.from({ length: 7 }, () => wait())).toEqual([0, 0, 0, 0, 0, 1, 1]);
    expect(wait(createChat(2))).toBe(0);
    vi.advanceTimersByTime(1000);
    expect([wait(), wait()]).toEqual([0, 1]);
    vi.advanceTimersByTime(60_000);
    expect(sendFor(100)).toBeGreaterThanOrEqual(100);
  });

  it('let twenty a minute through in a group, whatever the pause before', () => {
    const sent = sendFor(600, group);
    expect(sent).toBeGreaterThanOrEqual(200);
    expect(sent).toBeLessThanOrEqual(220);
  });

  it('say how long until the next goes through, and count nothing that was refused', () => {
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
  it('is told how long to wait, in the body and in the head, and may still delete', async () => {
    const sandbox = await startSandbox({ port: 0, token: '4242:test_token-1' });
    const bot = new RawBot(sandbox.apiRoot);
    const user = new User(sandbox.url);
    const chat = await user.openChat();
    await user.set({ limits: true });
    const ids: number[] = [];
    for (let i = 0; i < 5; i++) ids.push((await bot.call('sendMessage', { ...chat, text: String(i) })).message_id);
    const place = { ...chat, message_id: ids[0] };
    for (const [method, params] of [
      ['sendMessage', { ...chat, text: 'x' }],
      ['editMessageText', { ...place, text: 'x' }],
    ] as const) {
      const { status, headers, body } = await bot.ask(method, params);
      expect(status).toBe(429);
      expect(body).toMatchObject({ error_code: 429, parameters: { retry_after: expect.any(Number) } });
      expect(headers.get('retry-after')).toBe(String(body.parameters.retry_after));
      expect(body.description).toBe(`Too Many Requests: retry after ${body.parameters.retry_after}`);
    }
    expect(await bot.call('sendChatAction', { ...chat, action: 'typing' })).toBe(true);
    expect(await bot.call('deleteMessage', place)).toBe(true);
    await sandbox.close();
  });
});

import { createLogger } from '@attrai/telemetry/logger';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startProgress } from '../src/progress/progress.ts';
import { createPace } from '../src/telegram/pace.ts';
import { createTelegramApi } from '../src/telegram/telegram-api.ts';
import { openWorld, PHOTO } from './world.ts';

const CHAT = 4711;
const ALBUM = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** A queue whose edits are not under test: nothing is at the address of its Bot API. */
function openQueue() {
  const api = createTelegramApi({ token: '1:x', apiRoot: 'http://127.0.0.1:9', onBusy: () => {} });
  const logger = createLogger({ service: 'bot', level: 'fatal' });
  const pace = createPace();
  const queue = startProgress({ api, pace, logger, ahead: 0 });
  onTestFinished(() => queue.stop());
  return { queue, pace };
}

test('tells places in the order of acceptance, whichever placeholder is sent first', async () => {
  const { queue } = openQueue();
  for (const id of ALBUM) queue.enter(id, CHAT);
  const told: Record<string, number> = {};
  for (const id of [...ALBUM].reverse()) told[id] = (await queue.tell(id, CHAT)).position;
  expect(ALBUM.map((id) => told[id])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('tells no place twice in a chat, nor a smaller one to a later photo, while photos are looked at and leave', async () => {
  const { queue } = openQueue();
  for (const id of ALBUM) queue.enter(id, CHAT);
  const told: Record<string, number> = {};
  const tell = async (id: string) => {
    told[id] = (await queue.tell(id, CHAT)).position;
  };
  for (const id of ['a', 'b', 'd']) await tell(id);
  queue.leave('a');
  for (const id of ['f', 'c']) await tell(id);
  queue.leave('b');
  for (const id of ['h', 'e', 'g']) await tell(id);
  const inOrder = ALBUM.map((id) => told[id]!);
  expect(inOrder).toEqual([...new Set(inOrder)].sort((a, b) => a - b));
});

test('another chat is told the place as it is', async () => {
  const { queue } = openQueue();
  for (const id of ALBUM) queue.enter(id, CHAT);
  for (const id of ALBUM) await queue.tell(id, CHAT);
  for (const id of ALBUM.slice(0, 6)) queue.leave(id);
  expect((await queue.tell('elsewhere', CHAT + 1)).position).toBe(3);
  for (const id of ALBUM) await queue.settle(id);
  expect((await queue.tell('after all of them', CHAT)).position).toBe(2);
});

test('in a chat that gets more answers than Telegram takes at once, the later ones are told how long that takes', async () => {
  const { queue, pace } = openQueue();
  const GROUP = -100;
  const ids = Array.from({ length: 15 }, (_, i) => `photo ${i}`);
  for (const id of ids) queue.enter(id, GROUP);
  const waits: (number | undefined)[] = [];
  for (const id of ids) {
    await pace.turn(GROUP);
    waits.push((await queue.tell(id, GROUP)).waitSeconds);
  }
  // 20 turns a minute: 15 placeholders and 5 answers.
  expect(waits.slice(0, 5)).toEqual(Array(5).fill(undefined));
  for (const wait of waits.slice(5)) expect(wait).toSatisfy((seconds: number) => seconds > 0 && seconds <= 60);
  expect((await queue.tell('elsewhere', CHAT)).waitSeconds).toBeUndefined();
});

test('photos that nobody looked at any more do not count as looked at in no time', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { queue } = openQueue();
  for (const [chat, id] of ALBUM.entries()) queue.enter(id, chat);
  for (const id of ['a', 'b', 'c']) {
    await vi.advanceTimersByTimeAsync(5_000);
    queue.leave(id);
  }
  for (const id of ['d', 'e', 'f']) queue.giveUp(id);
  expect(await queue.tell('h', 7)).toEqual({ position: 2, waitSeconds: 10 });
});

test('a photo whose intake is held up is still ahead of the one accepted after it', async () => {
  let added = 0;
  await using world = await openWorld({
    estimate: async () => undefined,
    bend: (parts) => {
      const { intake } = parts.jobs;
      const slowAtFirst: typeof intake = {
        ...intake,
        async add(id, data) {
          if (added++ > 0) return intake.add(id, data);
          setTimeout(() => intake.add(id, data), 300);
        },
      };
      return { ...parts, jobs: { ...parts.jobs, intake: slowAtFirst } };
    },
  });
  const [first, second] = [
    await world.page.send(CHAT, { photo: PHOTO }),
    await world.page.send(CHAT, { photo: PHOTO }),
  ];
  await waitUntil('there were no two placeholders', async () => (await world.page.fromBot(CHAT)).length === 2);
  const said = await world.page.fromBot(CHAT);
  expect(said.find(({ reply_to }) => reply_to === first)?.text).toMatch(/next/);
  expect(said.find(({ reply_to }) => reply_to === second)?.text).toMatch(/number 2/);
});

test.for([
  { secondsPerPhoto: 5, edited: true },
  { secondsPerPhoto: 0.2, edited: false },
])(
  'at $secondsPerPhoto s a photo, a place that has changed is edited: $edited',
  async ({ secondsPerPhoto, edited }) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const editText = vi.fn(async () => 'edited' as const);
    const pace = { turn: async () => {}, spare: async () => true, waitFor: async () => 0, hold() {} };
    const logger = createLogger({ service: 'bot', level: 'fatal' });
    const queue = startProgress({ api: { editText } as never, pace, logger, ahead: 0 });
    onTestFinished(() => queue.stop());

    for (const [chat, id] of ALBUM.entries()) queue.enter(id, chat);
    for (const id of ['a', 'b', 'c']) {
      await vi.advanceTimersByTimeAsync(secondsPerPhoto * 1000);
      queue.leave(id);
    }
    await queue.tell('h', 7);
    queue.show('h', { chatId: 7, messageId: 1, language: 'en' });
    queue.leave('d');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(editText.mock.calls.length > 0).toBe(edited);
  },
);

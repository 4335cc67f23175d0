import { createLogger } from '@attrai/telemetry/logger';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Progress } from '../src/progress/progress.ts';
import { requestFor } from '../src/requests/envelope.ts';
import { MemoryRequestBook } from '../src/requests/memory-request-book.ts';
import { TelegramPace } from '../src/telegram/pace.ts';
import { bent } from './bent.ts';
import { LIMITS, openWorld, PHOTO } from './world.ts';

const CHAT = 4711;
const ALBUM = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const logger = createLogger({ service: 'bot', level: 'fatal' });

/** Photos that were accepted one after the other, and the places that are told of them. */
function openQueue() {
  const pace = new TelegramPace();
  const book = new MemoryRequestBook<unknown>();
  const edits: string[] = [];
  const chat = {
    async edit(_chatId: string, _messageId: string, text: string) {
      edits.push(text);
      return 'edited' as const;
    },
  };
  const unhurried = bent(pace, { spare: async () => true });
  const progress = new Progress({ chat, pace: unhurried, book, logger });
  onTestFinished(() => progress.stop());
  const waiting = new Map<string, Parameters<typeof progress.tell>[0]>();
  return {
    progress,
    edits,
    async accept(id: string, chatNumber = CHAT) {
      const chatId = String(chatNumber);
      const acceptedAt = Date.now();
      const replyTo = { userId: String(waiting.size), chatId, messageId: '1', language: 'en' as const };
      const acceptance = await book.accept(requestFor(id, replyTo, acceptedAt + 600_000), LIMITS);
      if (acceptance.kind !== 'accepted') return expect.unreachable(acceptance.kind);
      waiting.set(id, { id, chatId, acceptedAt, place: acceptance.place });
    },
    tell: (id: string) => progress.tell(waiting.get(id)!),
    /** Looked at, its answer is on its way. */
    async leave(id: string) {
      await book.answerReady(id);
      progress.leave(id, waiting.get(id)!.acceptedAt);
    },
  };
}

test('tells places in the order of acceptance, whichever placeholder is sent first', async () => {
  const { accept, tell } = openQueue();
  for (const id of ALBUM) await accept(id);
  const told: Record<string, number> = {};
  for (const id of [...ALBUM].reverse()) told[id] = (await tell(id)).position;
  expect(ALBUM.map((id) => told[id])).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('tells no place twice in a chat, nor a smaller one to a later photo, while photos come and leave', async () => {
  const { accept, tell, leave } = openQueue();
  const told: Record<string, number> = {};
  const tellAll = async (...ids: string[]) => {
    for (const id of ids) told[id] = (await tell(id)).position;
  };
  for (const id of ['a', 'b', 'c', 'd']) await accept(id);
  await tellAll('a', 'b', 'd');
  await leave('a');
  await leave('b');
  // Accepted third in the queue, where the fourth place stands in the chat.
  await new Promise((resolve) => setTimeout(resolve, 5));
  for (const id of ['e', 'f']) await accept(id);
  await tellAll('f', 'c', 'e');
  const inOrder = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => told[id]!);
  expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
  expect(new Set(inOrder).size).toBeGreaterThanOrEqual(5);
});

test('another chat is told the place as it is', async () => {
  const { accept, tell, leave, progress } = openQueue();
  for (const id of ALBUM) await accept(id);
  for (const id of ALBUM) await tell(id);
  for (const id of ALBUM.slice(0, 6)) await leave(id);
  await accept('elsewhere', CHAT + 1);
  expect((await tell('elsewhere')).position).toBe(3);
  for (const id of ALBUM) await progress.settle(id);
  for (const id of ALBUM) await leave(id);
  await accept('last', CHAT);
  expect((await tell('last')).position).toBe(2);
});

test('in a chat that gets more answers than Telegram takes at once, the later ones are told how long that takes', async () => {
  const { accept, tell } = openQueue();
  const GROUP = -100;
  const ids = Array.from({ length: 25 }, (_, i) => `photo ${i}`);
  for (const id of ids) await accept(id, GROUP);
  const waits: (number | undefined)[] = [];
  for (const id of ids) waits.push((await tell(id)).waitSeconds);
  // Ten at once, twenty a minute.
  expect(waits.slice(0, 10)).toEqual(Array(10).fill(undefined));
  for (const wait of waits.slice(10, 20)) expect(wait).toSatisfy((seconds: number) => seconds > 0 && seconds <= 10);
  for (const wait of waits.slice(20)) expect(wait).toSatisfy((seconds: number) => seconds > 50 && seconds < 65);
  await accept('elsewhere');
  expect((await tell('elsewhere')).waitSeconds).toBeUndefined();
});

test('an open queue of 200 placeholders is kept up to date from its front', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { accept, tell, leave, progress, edits } = openQueue();
  const ids = Array.from({ length: 210 }, (_, i) => `photo ${i}`);
  for (const [chat, id] of ids.entries()) {
    await accept(id, chat + 1);
    await tell(id);
    progress.show(id, { messageId: '1', language: 'en' });
  }
  await leave(ids[0]!);
  await vi.advanceTimersByTimeAsync(3_000);
  // Those behind are told milestones only.
  expect(edits).toContain('Got it. Your photo is next.');
  expect(edits.length).toBeLessThan(30);
});

test('accepted requests from before the start are ahead, and no longer when they are answered', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { accept, tell, leave, progress, edits } = openQueue();
  for (const id of ['before 1', 'before 2']) await accept(id);
  await accept('mine', 7);
  expect((await tell('mine')).position).toBe(3);
  progress.show('mine', { messageId: '1', language: 'en' });
  for (const id of ['before 1', 'before 2']) {
    await vi.advanceTimersByTimeAsync(5_000);
    await leave(id);
  }
  await vi.advanceTimersByTimeAsync(2_000);
  expect(edits.at(-1)).toBe('Got it. Your photo is next.');
});

test('a photo whose intake is held up is still ahead of the one accepted after it', async () => {
  let added = 0;
  await using world = await openWorld({
    estimate: async () => undefined,
    bend: (parts) => {
      const { intake } = parts.jobs;
      const slowAtFirst = bent(intake, {
        async add(id, data) {
          if (added++ > 0) return intake.add(id, data);
          setTimeout(() => intake.add(id, data), 300);
        },
      });
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
    const { accept, tell, leave, progress, edits } = openQueue();
    for (const [chat, id] of ALBUM.entries()) await accept(id, chat);
    for (const id of ALBUM) await tell(id);
    for (const id of ['a', 'b', 'c']) {
      await vi.advanceTimersByTimeAsync(secondsPerPhoto * 1000);
      await leave(id);
    }
    progress.show('h', { messageId: '1', language: 'en' });
    await leave('d');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(edits.length > 0).toBe(edited);
  },
);

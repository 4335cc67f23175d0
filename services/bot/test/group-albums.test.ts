import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, test, vi } from 'vitest';
import type { SentPhoto } from '../src/chat/wants.ts';
import { RecentAlbums } from '../src/intake/recent-albums.ts';
import { openWorld, PHOTO, type World } from './world.ts';

const GROUP = -1_001_234_567_890;
const ANNA = { userId: 7 };
const BORIS = { userId: 8 };

/** A group whose messages the bot sees all. */
async function openGroup() {
  const world = await openWorld({ limits: { maxActivePerUser: 20 } });
  await world.page.setUp(GROUP, { bot_status: 'administrator' });
  return world;
}

async function untilAnswered({ page }: World, photos: number[]) {
  const replied = async () =>
    (await page.fromBot(GROUP)).flatMap(({ photo_url, reply_to }) => (photo_url ? [reply_to] : [])).sort();
  await waitUntil('not every photo was answered', async () => (await replied()).length >= photos.length);
  expect(await replied()).toEqual([...photos].sort());
}

test.each([0, 1, 2])(
  'every photo of an album is answered that has /score in the caption of its photo %i',
  async (withCaption) => {
    await using world = await openGroup();
    const photos: number[] = [];
    for (let i = 0; i < 3; i++) {
      const text = i === withCaption ? `/score@${world.bot.username}` : undefined;
      photos.push(await world.page.send(GROUP, { ...ANNA, photo: PHOTO, album: 'a', ...(text && { text }) }));
      // In several batches of updates.
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await world.page.send(GROUP, { ...ANNA, photo: PHOTO, album: 'b' });
    await untilAnswered(world, photos);
    await world.untilNothingIsLeft();
    expect(world.requests).toHaveLength(3);
  },
);

test.each(['mention', 'reply'])('so is one with a %s', async (how) => {
  await using world = await openGroup();
  const { page, bot } = world;
  const first = await page.send(GROUP, { ...ANNA, photo: PHOTO, album: 'a' });
  const sent = { ...ANNA, photo: PHOTO, album: 'a' };
  const second = await page.send(GROUP, { ...sent, ...(how === 'mention' && { text: `@${bot.username}, look` }) });
  if (how === 'reply') await page.send(GROUP, { ...BORIS, text: `/score@${bot.username}`, replyTo: first });
  const third = await page.send(GROUP, { ...ANNA, photo: PHOTO, album: 'a' });
  await untilAnswered(world, [first, second, third]);
  await world.untilNothingIsLeft();
  const asker = how === 'reply' ? BORIS : ANNA;
  for (const { replyTo } of world.requests) expect(replyTo.userId).toBe(asker.userId);
});

test('an album that was answered is not taken on again when another asks for one photo of it', async () => {
  await using world = await openGroup();
  const score = `/score@${world.bot.username}`;
  const first = await world.page.send(GROUP, { ...ANNA, photo: PHOTO, album: 'a', text: score });
  const second = await world.page.send(GROUP, { ...ANNA, photo: PHOTO, album: 'a' });
  await untilAnswered(world, [first, second]);
  await world.untilNothingIsLeft();
  await world.page.send(GROUP, { ...BORIS, text: score, replyTo: second });
  await untilAnswered(world, [first, second, second]);
});

test('a video with /score asks for the photos of its album, and is told that it is none', async () => {
  await using world = await openGroup();
  const { page, bot } = world;
  const photo = await page.send(GROUP, { ...ANNA, photo: PHOTO, album: 'a' });
  const document = { bytes: PHOTO, name: 'a.mp4', type: 'video/mp4' };
  const video = await page.send(GROUP, { ...ANNA, document, album: 'a', text: `/score@${bot.username}` });
  expect(await page.untilSaid(GROUP, /can't look at videos/)).toMatchObject({ reply_to: video });
  await untilAnswered(world, [photo]);
});

test('a mention at a video asks for the photos of its album, without a word about the video', async () => {
  await using world = await openGroup();
  const { page, bot } = world;
  const document = { bytes: PHOTO, name: 'a.mp4', type: 'video/mp4' };
  await page.send(GROUP, { ...ANNA, document, album: 'a', text: `@${bot.username}` });
  await untilAnswered(world, [await page.send(GROUP, { ...ANNA, photo: PHOTO, album: 'a' })]);
  await world.untilNothingIsLeft();
  expect(await page.fromBot(GROUP)).toHaveLength(1);
});

function photoOf(albumId: string, messageId: number, isForBot = false): SentPhoto {
  const about = { chatId: '-5', from: { id: '7' }, inPrivate: false, photo: { sizes: [{ fileId: 'f' }] } };
  return { kind: 'photo', ...about, messageId: String(messageId), albumId, isForBot };
}
const idsOf = (photos: SentPhoto[]) => photos.map(({ messageId }) => Number(messageId));

test('an update that comes again has all of its album looked at again', () => {
  const albums = new RecentAlbums();
  expect(albums.take(photoOf('a', 9))).toEqual([]);
  expect(albums.take(photoOf('a', 9))).toEqual([]);
  expect(albums.take(photoOf('a', 10))).toEqual([]);
  for (let times = 0; times < 2; times++) expect(idsOf(albums.take(photoOf('a', 8, true)))).toEqual([8, 9, 10]);
  expect(idsOf(albums.take(photoOf('a', 11)))).toEqual([11]);
  expect(albums.take(photoOf('b', 12))).toEqual([]);
});

test('albums are forgotten after 20 seconds, and the oldest of a thousand at once', () => {
  vi.useFakeTimers();
  try {
    const albums = new RecentAlbums();
    albums.take(photoOf('a', 1));
    vi.advanceTimersByTime(19_000);
    expect(idsOf(albums.take(photoOf('a', 2, true)))).toEqual([1, 2]);
    vi.advanceTimersByTime(1_000);
    expect(vi.getTimerCount()).toBe(0);
    expect(idsOf(albums.take(photoOf('a', 3, true)))).toEqual([3]);
    for (let i = 0; i < 1_000; i++) albums.take(photoOf(`many ${i}`, 10));
    expect(vi.getTimerCount()).toBe(1_000);
    expect(albums.take(photoOf('a', 4))).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, test } from 'vitest';
import { openWorld, PHOTO, TWO_FACES, UNSURE, type World } from './world.ts';

// What a chat lets the bot say, and what becomes of an answer where that is not all.

const CHAT = 4711;
const SUPERGROUP = -1_001_234_567_890;
const ANNA = 7;

/** Sends a photo that is meant for the bot to a group where something is forbidden. */
async function sendWhere(world: World, permissions: object): Promise<number> {
  await world.page.set({ privacy_mode: false });
  await world.page.setUp(SUPERGROUP, { permissions });
  return world.page.send(SUPERGROUP, { userId: ANNA, photo: PHOTO, text: `@${world.bot.username}` });
}

test.each([false, 'unnoticed'])(
  'where photos are forbidden the scores are said in words (%s)',
  async (can_send_photos) => {
    await using world = await openWorld();
    const photo = await sendWhere(world, { can_send_photos });
    const answer = await world.page.untilSaid(SUPERGROUP, /6\.3/);
    expect(answer).toMatchObject({ text: expect.any(String), reply_to: photo });
    await world.untilNothingIsLeft();
  },
);

test.each([false, 'unnoticed'])(
  'where words are forbidden the picture has its caption all the same (%s)',
  async (can_send_messages) => {
    await using world = await openWorld();
    const photo = await sendWhere(world, { can_send_messages });
    const answer = await world.page.untilSaid(SUPERGROUP, /6\.3/);
    expect(answer).toMatchObject({ photo_url: expect.any(String), reply_to: photo });
    await world.untilNothingIsLeft();
  },
);

test('where words are forbidden an answer in words ends in the log', async () => {
  await using world = await openWorld({ estimate: async () => 'no_face' });
  await sendWhere(world, { can_send_messages: false });
  await waitUntil('it was not logged', () => world.lines.some((line) => line.includes('could not be delivered')));
  await world.untilNothingIsLeft();
  expect((await world.page.stats()).calls.sendMessage).toBe(1);
});

test('a chat that is closed ends in silence, after one try', async () => {
  await using world = await openWorld();
  const description = 'Bad Request: CHAT_WRITE_FORBIDDEN';
  await world.page.break({ method: 'sendPhoto', kind: 'error', error_code: 400, description, times: 100 });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('it was not logged', () => world.lines.some((line) => line.includes('could not be delivered')));
  await world.untilNothingIsLeft();
  const { calls } = await world.page.stats();
  expect([calls.sendPhoto, calls.sendMessage]).toEqual([1, undefined]);
});

test('a picture that is too large for something on the way is answered in words', async () => {
  await using world = await openWorld();
  await world.page.break({ method: 'sendPhoto', kind: 'error', error_code: 413, times: 100 });
  await world.page.send(CHAT, { photo: PHOTO });
  expect(await world.page.untilSaid(CHAT, /6\.3/)).not.toHaveProperty('photo_url');
  await world.untilNothingIsLeft();
  expect((await world.page.stats()).calls.sendPhoto).toBe(1);
});

test('the answer to a group that became a supergroup meanwhile goes there, as a reply to nothing', async () => {
  const look = Promise.withResolvers<'scored'>();
  await using world = await openWorld({ estimate: () => look.promise });
  const GROUP = -100;
  await world.page.send(GROUP, { userId: ANNA, photo: PHOTO, text: `@${world.bot.username}` });
  await waitUntil('the photo did not come to the estimator', () => world.requests.length === 1);
  const moved = await world.page.migrate(GROUP);
  look.resolve('scored');
  const answer = await world.page.untilSaid(moved, /6\.3/);
  expect(answer).toHaveProperty('photo_url');
  expect(answer).not.toHaveProperty('reply_to');
  await world.untilNothingIsLeft();
  expect(await world.page.fromBot(GROUP)).toEqual([]);
});

test('a photo that was hidden is answered by a hidden picture, at a second look too', async () => {
  await using world = await openWorld({ faces: ({ adultsConfirmed }) => (adultsConfirmed ? TWO_FACES : [UNSURE]) });
  await world.page.send(CHAT, { photo: PHOTO, spoiler: true });
  const answer = await world.page.untilSaid(CHAT, /may be under 18/);
  expect(answer).toMatchObject({ spoiler: true });
  await world.page.press(CHAT, answer.message_id);
  expect(await world.page.untilSaid(CHAT, /6\.3/)).toMatchObject({ message_id: answer.message_id, spoiler: true });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('it was not answered', async () => (await world.page.fromBot(CHAT)).length === 2);
  expect((await world.page.fromBot(CHAT))[1]).not.toHaveProperty('spoiler');
});

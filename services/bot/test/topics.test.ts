import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, test } from 'vitest';
import { openWorld, PHOTO, UNSURE, type World, type WorldOptions } from './world.ts';

const FORUM = -1_001_234_567_890;
const PRIVATE = 4711;
const ANNA = { userId: 7 };

async function openForum(options?: WorldOptions) {
  const world = await openWorld(options);
  await world.page.setUp(FORUM, { is_forum: true });
  return { world, topic: await world.page.addTopic(FORUM), score: `/score@${world.bot.username}` };
}

async function untilPicture({ page }: World, chatId: number) {
  const picture = async () => (await page.fromBot(chatId)).find(({ photo_url }) => photo_url);
  await waitUntil('there was no picture', async () => (await picture()) !== undefined);
  return picture();
}

test('what is asked in a topic is answered there: photos, refusals, commands', async () => {
  const { world, topic, score } = await openForum();
  await using _world = world;
  const { page, bot } = world;
  const photo = await page.send(FORUM, { ...ANNA, topic, photo: PHOTO });
  await page.send(FORUM, { ...ANNA, topic, text: score, replyTo: photo });
  expect(await untilPicture(world, FORUM)).toMatchObject({ reply_to: photo, thread_id: topic });
  // In a topic it replies to the topic's beginning, which is no photo.
  await page.send(FORUM, { ...ANNA, topic, text: score });
  await page.untilSaid(FORUM, /^Reply to a photo with/);
  await page.send(FORUM, { ...ANNA, topic, text: `/help@${bot.username}` });
  await page.untilSaid(FORUM, /administrator/);
  const pdf = { bytes: PHOTO, name: 'a.pdf', type: 'application/pdf' };
  await page.send(FORUM, { ...ANNA, topic, document: pdf, text: score });
  await page.untilSaid(FORUM, /not a picture I can read/);
  expect((await page.fromBot(FORUM)).map(({ thread_id }) => thread_id)).toEqual(Array(4).fill(topic));
});

test('an answer stays in its topic though the photo was deleted meanwhile', async () => {
  const looked = Promise.withResolvers<'scored'>();
  const { world, topic, score } = await openForum({ estimate: () => looked.promise });
  await using _world = world;
  const photo = await world.page.send(FORUM, { ...ANNA, topic, photo: PHOTO, text: score });
  await waitUntil('the photo did not come to the estimator', () => world.requests.length === 1);
  await world.page.delete(FORUM, photo);
  // So that its answer can only be a message of its own.
  for (const { message_id } of await world.page.fromBot(FORUM)) await world.deleteMessage(FORUM, message_id);
  looked.resolve('scored');
  expect(await untilPicture(world, FORUM)).toMatchObject({ thread_id: topic });
});

test('in General everything is answered without a topic', async () => {
  const { world, score } = await openForum();
  await using _world = world;
  const photo = await world.page.send(FORUM, { ...ANNA, photo: PHOTO });
  await world.page.send(FORUM, { ...ANNA, text: score, replyTo: photo });
  expect(await untilPicture(world, FORUM)).toMatchObject({ reply_to: photo });
  await world.page.send(FORUM, { ...ANNA, text: score });
  await world.page.untilSaid(FORUM, /^Reply to a photo with/);
  for (const said of await world.page.fromBot(FORUM)) expect(said).not.toHaveProperty('thread_id');
});

test('topics of a private chat are answered in, the second look too', async () => {
  await using world = await openWorld({ faces: () => [UNSURE], estimate: async () => 'scored' });
  const { page } = world;
  await page.set({ has_topics_enabled: true });
  await page.send(PRIVATE, { text: '/start' });
  const topic = await page.addTopic(PRIVATE);
  const photo = await page.send(PRIVATE, { topic, photo: PHOTO });
  const answer = await untilPicture(world, PRIVATE);
  expect(answer).toMatchObject({ reply_to: photo, thread_id: topic });
  await page.send(PRIVATE, { topic, text: 'hello' });
  expect(await page.untilSaid(PRIVATE, /^Send me a photo with faces/)).toMatchObject({ thread_id: topic });
  await page.press(PRIVATE, answer!.message_id);
  await waitUntil('it was not looked at again', () => world.requests.length === 2);
  expect(world.requests[1]).toMatchObject({ replyTo: { topicId: topic } });
});

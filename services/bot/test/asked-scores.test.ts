import { createLogger } from '@attrai/telemetry/logger';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, test } from 'vitest';
import { PhotoGate } from '../src/intake/accept-photo.ts';
import { AskedScores } from '../src/intake/asked-scores.ts';
import type { IntakeJob } from '../src/intake/intake-job.ts';
import { MemoryJobQueue } from '../src/jobs/memory-job-queue.ts';
import { RequestRate } from '../src/limits/request-rate.ts';
import { NO_METRICS } from '../src/metrics.ts';
import type { Envelope } from '../src/requests/envelope.ts';
import { MemoryRequestBook } from '../src/requests/memory-request-book.ts';
import { LIMITS, openWorld, PHOTO, UNSURE, type World, type WorldOptions } from './world.ts';

const GROUP = -1_001_234_567_890;
const PRIVATE = 4711;
const FILE = { bytes: PHOTO, name: 'x.png', type: 'image/png' };
const ANNA = { userId: 7 };
const BORIS = { userId: 8, language: 'de' };

/** A world with a supergroup of which the bot is a plain member, in privacy mode as every new bot. */
async function openGroup(options?: WorldOptions) {
  const world = await openWorld(options);
  await world.page.setUp(GROUP);
  return { world, page: world.page, score: `/score@${world.bot.username}` };
}

async function untilPictures({ page }: World, chatId: number, count: number) {
  const pictures = async () => (await page.fromBot(chatId)).filter(({ photo_url }) => photo_url);
  await waitUntil(`there were no ${count} pictures`, async () => (await pictures()).length >= count);
  return pictures();
}

/** All that was asked before this is dealt with: updates of a chat come in order. */
async function untilHeard({ page, bot }: World, chatId: number) {
  await page.send(chatId, { ...ANNA, text: `/help@${bot.username}` });
  await page.untilSaid(chatId, /0 to 10|limits/);
}

test.each([
  ['photo', { photo: PHOTO }],
  ['photo of an album', { photo: PHOTO, album: 'a' }],
  ['image file', { document: FILE }],
])(
  "/score in reply to anybody's %s has that scored, for who asked, in a group and in privacy mode",
  async (_, sent) => {
    const { world, page, score } = await openGroup();
    await using _world = world;
    const photo = await page.send(GROUP, { ...ANNA, ...sent });
    await page.send(GROUP, { ...BORIS, text: score.toUpperCase(), replyTo: photo });
    const [answer, ...more] = await untilPictures(world, GROUP, 1);
    expect(answer).toMatchObject({ reply_to: photo, caption: expect.stringMatching(/6,3/) });
    expect(more).toEqual([]);
    await world.untilNothingIsLeft();
    expect(world.requests).toMatchObject([{ replyTo: { userId: 8, messageId: photo, language: 'de' } }]);
  },
);

test.each([
  ['photo', { photo: PHOTO }],
  ['image file', { document: FILE }],
])('/score in the caption of a %s has that scored', async (_, sent) => {
  const { world, page, score } = await openGroup();
  await using _world = world;
  const first = await page.send(GROUP, { ...ANNA, ...sent, text: score });
  const second = await page.send(GROUP, { ...ANNA, ...sent, text: `who is it? ${score}` });
  await page.send(GROUP, { ...ANNA, ...sent, text: '/score@other_bot' });
  await page.send(GROUP, { ...ANNA, ...sent });
  const answers = await untilPictures(world, GROUP, 2);
  expect(answers.map(({ reply_to }) => reply_to).sort()).toEqual([first, second].sort());
  await world.untilNothingIsLeft();
  expect(world.requests).toHaveLength(2);
});

test('of an administrator, /score of another bot and photos nobody asks for are left alone', async () => {
  const { world, page } = await openGroup();
  await using _world = world;
  await page.setUp(GROUP, { bot_status: 'administrator' });
  const photo = await page.send(GROUP, { ...ANNA, photo: PHOTO });
  await page.send(GROUP, { ...ANNA, text: '/score@other_bot', replyTo: photo });
  await page.send(GROUP, { ...ANNA, text: 'what a /score', replyTo: photo });
  await page.send(GROUP, { ...ANNA, document: FILE });
  await untilHeard(world, GROUP);
  await world.untilNothingIsLeft();
  expect(world.requests).toEqual([]);
  expect(await page.fromBot(GROUP)).toHaveLength(1);
});

test('where the bot sees it, a text that names it in reply to a photo is as good as /score', async () => {
  const { world, page } = await openGroup();
  await using _world = world;
  await page.setUp(GROUP, { bot_status: 'administrator' });
  const photo = await page.send(GROUP, { ...ANNA, photo: PHOTO });
  await page.send(GROUP, { ...BORIS, text: `and this, @${world.bot.username}?`, replyTo: photo });
  expect(await untilPictures(world, GROUP, 1)).toMatchObject([{ reply_to: photo }]);
  await page.send(GROUP, { ...BORIS, text: `thank you, @${world.bot.username}` });
  await untilHeard(world, GROUP);
  expect(await page.fromBot(GROUP)).toHaveLength(2);
});

test('in a private chat /score has a photo scored once more', async () => {
  await using world = await openWorld();
  const photo = await world.page.send(PRIVATE, { photo: PHOTO });
  await untilPictures(world, PRIVATE, 1);
  for (const times of [2, 3]) {
    await world.page.send(PRIVATE, { text: '/Score', replyTo: photo });
    const answers = await untilPictures(world, PRIVATE, times);
    expect(answers.map(({ reply_to }) => reply_to)).toEqual(Array(times).fill(photo));
  }
  await world.untilNothingIsLeft();
  expect(new Set(world.requests.map(({ id }) => id)).size).toBe(3);
});

test('each answer to a photo that was asked for again has a button that works', async () => {
  await using world = await openWorld({ faces: () => [UNSURE] });
  const photo = await world.page.send(PRIVATE, { photo: PHOTO });
  await untilPictures(world, PRIVATE, 1);
  await world.page.send(PRIVATE, { text: '/score', replyTo: photo });
  const answers = await untilPictures(world, PRIVATE, 2);
  for (const { message_id } of answers) {
    expect((await world.page.press(PRIVATE, message_id)).text).toBe("I'm looking at it again.");
    await world.untilNothingIsLeft();
  }
});

test('/score for a photo that is in work makes no second picture, and says so', async () => {
  const looked = Promise.withResolvers<'scored'>();
  const { world, page, score } = await openGroup({ estimate: () => looked.promise });
  await using _world = world;
  const photo = await page.send(GROUP, { ...ANNA, photo: PHOTO });
  for (const user of [ANNA, BORIS]) await page.send(GROUP, { ...user, text: score, replyTo: photo });
  const said = await page.untilSaid(GROUP, /^(Ich sehe mir dieses Foto schon an|I'm already looking at this photo)/);
  expect(said.reply_to).toBeGreaterThan(photo);
  looked.resolve('scored');
  await untilPictures(world, GROUP, 1);
  await world.untilNothingIsLeft();
  expect(await untilPictures(world, GROUP, 1)).toHaveLength(1);
  expect(world.requests).toHaveLength(1);
});

test('an update that asks for scores and comes twice asks once, whatever has become of the photo', async () => {
  const book = new MemoryRequestBook<Envelope>();
  const intake = new MemoryJobQueue<IntakeJob>({ onFatal() {} });
  const logger = createLogger({ service: 'test', level: 'silent' });
  const stopping = new AbortController().signal;
  const requestRate = RequestRate.inMemory({ requests: 100, windowSeconds: 60 });
  const common = { book, limits: LIMITS, logger, metrics: NO_METRICS };
  const gate = new PhotoGate({ ...common, intake, requestRate, stopping, troubles: { note() {} } });
  const scores = new AskedScores({ ...common, token: '1:token', username: 'face_bot', gate });
  const about = { messageId: '1', content: { photo: { sizes: [{ fileId: 'f' }] } }, isOurs: false };
  const from = { id: '7', language: 'en' };
  const ask = (messageId: string) =>
    scores.take({ kind: 'score', chatId: '-5', messageId, from, inPrivate: false, about });

  expect(await Promise.all([ask('2'), ask('2')])).toEqual([undefined, undefined]);
  expect(await ask('3')).toMatch(/already looking/);
  expect(await book.total()).toBe(1);
  await book.cancel('7');
  for (const messageId of ['2', '3', '2']) expect(await ask(messageId)).toBeUndefined();
  expect(await book.total()).toBe(0);
  expect(await ask('4')).toBeUndefined();
  expect(await book.total()).toBe(1);
});

test('/score without a photo tells how to use it, and what was pointed at instead is told by its kind', async () => {
  const { world, page, score } = await openGroup();
  await using _world = world;
  const expectSaid = async (chatId: number, words: RegExp, replyTo: number) => {
    expect(await page.untilSaid(chatId, words)).toMatchObject({ reply_to: replyTo });
  };
  const bare = await page.send(GROUP, { ...ANNA, text: score });
  await expectSaid(GROUP, /^Reply to a photo with \/score@/, bare);
  const pdf = await page.send(GROUP, { ...ANNA, document: { bytes: PHOTO, name: 'a.pdf', type: 'application/pdf' } });
  await expectSaid(GROUP, /not a picture I can read/, await page.send(GROUP, { ...ANNA, text: score, replyTo: pdf }));
  const words = await page.send(PRIVATE, { text: '/score' });
  await expectSaid(PRIVATE, /^Send me a photo, or reply to one with \/score/, words);

  const photo = await page.send(GROUP, { ...ANNA, photo: PHOTO, text: score });
  const [answer] = await untilPictures(world, GROUP, 1);
  expect(answer!.reply_to).toBe(photo);
  const own = await page.send(GROUP, { ...ANNA, text: score, replyTo: answer!.message_id });
  await expectSaid(GROUP, /^This is a message of mine/, own);
  await world.untilNothingIsLeft();
  expect(world.requests).toHaveLength(1);
});

test('limits count for who asks, not for who sent the photo', async () => {
  const { world, page, score } = await openGroup({ limits: { requestsPerWindow: 1, windowSeconds: 300 } });
  await using _world = world;
  const photos = [await page.send(GROUP, { ...ANNA, photo: PHOTO }), await page.send(GROUP, { ...ANNA, photo: PHOTO })];
  await page.send(GROUP, { ...BORIS, text: score, replyTo: photos[0]! });
  await untilPictures(world, GROUP, 1);
  const tooMuch = await page.send(GROUP, { ...BORIS, text: score, replyTo: photos[1]! });
  expect(await page.untilSaid(GROUP, /Meine Grenze: 1 Foto/)).toMatchObject({ reply_to: tooMuch });
  await page.send(GROUP, { ...ANNA, text: score, replyTo: photos[1]! });
  expect(await untilPictures(world, GROUP, 2)).toMatchObject([{ reply_to: photos[0] }, { reply_to: photos[1] }]);
});

test('an anonymous administrator and who writes as a channel are served, each with limits of their own; another bot is not', async () => {
  const { world, page, score } = await openGroup({ limits: { requestsPerWindow: 1, windowSeconds: 300 } });
  await using _world = world;
  await page.setUp(GROUP, { bot_status: 'administrator' });
  const photo = await page.send(GROUP, { ...ANNA, photo: PHOTO });
  await page.send(GROUP, { text: score, replyTo: photo, as: 'bot' });
  for (const [times, as] of (['anonymous', 'channel'] as const).entries()) {
    await page.send(GROUP, { text: score, replyTo: photo, as });
    await untilPictures(world, GROUP, times + 1);
  }
  await page.send(GROUP, { text: score, replyTo: photo, as: 'anonymous' });
  await page.untilSaid(GROUP, /limit is 1 photo/);
  expect(world.requests.map(({ replyTo }) => replyTo.userId)).toEqual([GROUP, -1_009_999_999_999]);
});

import { AFTER_ESTIMATE } from '@attrai/contracts/queues';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type ReplyTo, toPlainEnvelope } from '../src/requests/reply-to.ts';
import type { BotParts } from '../src/start-bot.ts';
import { bent } from './bent.ts';
import { openWorld, PHOTO, UNSURE, type World } from './world.ts';

// What bots and estimators of version 0.1 wrote and can read: while one is updated, the other may be of that version.

const CHAT = 4711;
const FIELDS = ['acceptedAt', 'deadline', 'id', 'photo', 'replyTo', 'v'];
const REPLY_TO = ['chatId', 'language', 'messageId', 'userId'];

/** How version 0.1 reads a request: packages/contracts/src/request.ts as it was then. */
const RELEASED = z.strictObject({
  v: z.literal(1),
  id: z.string().regex(/^[a-z0-9]{16,32}$/),
  photo: z.strictObject({
    store: z.enum(['volume', 'message']),
    key: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/),
  }),
  replyTo: z.strictObject({
    userId: z.int(),
    chatId: z.int(),
    messageId: z.int(),
    placeholderId: z.int().optional(),
    language: z.enum(['en', 'ru', 'es']),
  }),
  acceptedAt: z.int().positive(),
  deadline: z.int().positive(),
});
const refusesNew = (request: unknown) => !RELEASED.safeParse(request).success;

/** A result word for word, with what belongs to the request put in. */
const RESULT = (id: string, replyTo: string) =>
  `{"v":1,"id":"${id}","replyTo":${replyTo},"acceptedAt":1790000000000,"deadline":1790000600000,"outcome":{"kind":"scored","picture":{"store":"volume","key":"${id}.picture"},"faces":[{"box":[10,20,60,80],"score":6.3,"confidence":"high"},{"box":[100,20,150,80],"score":null,"unscored":"looks_under_18"},{"box":[10,120,60,180],"score":7.1,"confidence":"low"}]},"workMs":41.5}`;

async function answerAsReleased({ broker, photoStore }: World, request: World['requests'][0]): Promise<void> {
  const { id, replyTo } = request;
  await photoStore.put(`${id}.picture`, PHOTO);
  await broker.publish(AFTER_ESTIMATE, { json: JSON.parse(RESULT(id, JSON.stringify(replyTo))) });
}

test('a result of version 0.1 is answered: rows by where faces stand, and a button for who may be under 18', async () => {
  await using world = await openWorld({ estimate: async () => undefined });
  await world.page.send(CHAT, { photo: PHOTO });
  await expect.poll(() => world.requests).toHaveLength(1);
  await answerAsReleased(world, world.requests[0]!);
  const answer = await world.page.untilSaid(CHAT, /row by row:\n6\.3 · –\n≈7\.1\n–: may be under 18/);
  expect(answer.buttons).toHaveLength(1);
  await world.untilNothingIsLeft();
});

test('the placeholder that a message of version 0.1 names is deleted once the answer is there', async () => {
  await using world = await openWorld({ estimate: async () => undefined });
  const photo = await world.page.send(CHAT, { photo: PHOTO });
  const placeholder = await world.page.untilSaid(CHAT, /Got it/);
  const { id, acceptedAt, deadline } = world.requests[0]!;
  // As a Redis that has lost all.
  await world.bookkeeping.book.forget(id);
  await world.bookkeeping.book.cancel(String(CHAT));
  const replyTo = {
    userId: CHAT,
    chatId: CHAT,
    messageId: photo,
    placeholderId: placeholder.message_id,
    language: 'en',
  };
  const json = {
    v: 1,
    id: 'of2version2one2of2old',
    replyTo,
    acceptedAt,
    deadline,
    outcome: { kind: 'no_face' },
    workMs: 1,
  };
  await world.broker.publish(AFTER_ESTIMATE, { json });
  await world.page.untilSaid(CHAT, /no face/);
  await expect.poll(() => world.page.fromBot(CHAT)).toHaveLength(1);
});

test('an everyday request is one that version 0.1 can read; only a press and decimal commas add to it', async () => {
  await using world = await openWorld({ faces: () => [UNSURE] });
  await world.page.send(CHAT, { photo: PHOTO });
  const answer = await world.page.untilSaid(CHAT, /under 18/);
  await world.page.press(CHAT, answer.message_id);
  await expect.poll(() => world.requests).toHaveLength(2);
  await world.page.send(2, { photo: PHOTO, language: 'ru' });
  await expect.poll(() => world.requests).toHaveLength(3);
  const [everyday, pressed, russian] = world.requests;
  expect(RELEASED.safeParse(everyday).error).toBeUndefined();
  expect(Object.keys(everyday!).sort()).toEqual(FIELDS);
  expect(Object.keys(everyday!.replyTo).sort()).toEqual(REPLY_TO);
  expect(Object.keys(pressed!).sort()).toEqual([...FIELDS, 'adultsConfirmed'].sort());
  expect(Object.keys(russian!).sort()).toEqual([...FIELDS, 'decimalComma'].sort());
  expect(Object.keys(russian!.replyTo).sort()).toEqual(REPLY_TO);
});

test.each([
  ['en', undefined],
  ['ru', true],
  ['es', true],
  ['de', true],
])('the picture of who speaks %s is asked for with decimal commas: %s', async (language, expected) => {
  await using world = await openWorld();
  await world.page.send(CHAT, { photo: PHOTO, language });
  await world.page.untilSaid(CHAT, /6[.,]3/);
  expect(world.requests[0]!.decimalComma).toBe(expected);
});

test.each(['volume', 'message'] as const)(
  'an estimator of version 0.1 gets a request with decimal commas again without, by %s',
  async (store) => {
    await using world = await openWorld({ store, refuses: refusesNew });
    await world.page.send(CHAT, { photo: PHOTO, language: 'es' });
    await world.page.untilSaid(CHAT, /6,3/);
    expect(await world.page.fromBot(CHAT)).toHaveLength(1);
    expect(Object.keys(world.requests[0]!).sort()).toEqual(FIELDS);
    await world.untilNothingIsLeft();
  },
);

test('who speaks a language that version 0.1 does not know is answered in it, also by an estimator of 0.1', async () => {
  await using world = await openWorld({ refuses: refusesNew });
  await world.page.send(CHAT, { photo: PHOTO, language: 'de' });
  await world.page.untilSaid(CHAT, /Von links nach rechts: 6,3/);
  expect(await world.page.fromBot(CHAT)).toHaveLength(1);
  expect(world.requests.map(({ replyTo }) => replyTo.language)).toEqual(['en']);
  await world.untilNothingIsLeft();
});

test('a spoiler that an estimator of version 0.1 was not told of is answered as one', async () => {
  await using world = await openWorld({ refuses: refusesNew });
  await world.page.send(CHAT, { photo: PHOTO, spoiler: true });
  expect(await world.page.untilSaid(CHAT, /6\.3/)).toMatchObject({ spoiler: true });
  expect(world.requests.map(({ replyTo }) => replyTo.spoiler)).toEqual([undefined]);
});

test('of what version 0.1 does not know of a user, it is told nothing', () => {
  const to = { userId: '1', chatId: '-100', messageId: '3', placeholderId: '4', answerId: '5', language: 'pt' };
  const plain = toPlainEnvelope(to as unknown as ReplyTo);
  expect(plain).toEqual({ userId: 1, chatId: -100, messageId: 3, placeholderId: 4, language: 'en' });
});

test('a second look that version 0.1 can not read is told to have failed, and not looked at as the first was', async () => {
  await using world = await openWorld({ faces: () => [UNSURE], refuses: refusesNew });
  await world.page.send(CHAT, { photo: PHOTO });
  const answer = await world.page.untilSaid(CHAT, /under 18/);
  await world.page.press(CHAT, answer.message_id);
  await world.page.untilSaid(CHAT, /couldn't finish/);
  await world.untilNothingIsLeft();
  expect(world.requests).toHaveLength(1);
});

/** Its book has a language that this bot doesn't speak. */
function asNewerBot(parts: BotParts): BotParts {
  const { book } = parts;
  const accept: typeof book.accept = ({ envelope, ...request }, limits) =>
    book.accept({ ...request, envelope: { ...envelope, language: 'pt' as 'en' } }, limits);
  return { ...parts, book: bent(book, { accept }) };
}

test('a result in a language of a newer bot is answered in English', async () => {
  await using world = await openWorld({ estimate: async () => undefined, bend: asNewerBot });
  await world.page.send(CHAT, { photo: PHOTO, language: 'ru' });
  await expect.poll(() => world.requests).toHaveLength(1);
  const [request] = world.requests as [World['requests'][0]];
  await world.publishResult({ ...request, replyTo: { ...request.replyTo, language: 'pt', topic: 3 } }, 'no_face');
  await world.page.untilSaid(CHAT, /no face/);
  await world.untilNothingIsLeft();
});

test('a request that is refused for another reason is told so, once', async () => {
  await using world = await openWorld({ refuses: () => true });
  await world.page.send(CHAT, { photo: PHOTO, language: 'es' });
  await world.page.untilSaid(CHAT, /no he podido terminar/);
  expect(await world.page.fromBot(CHAT)).toHaveLength(1);
  await world.untilNothingIsLeft();
});

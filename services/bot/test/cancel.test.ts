import { RetryableError } from '@attrai/contracts/errors';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, test } from 'vitest';
import { bent } from './bent.ts';
import { openWorld, PHOTO, UNSURE, type World } from './world.ts';

const CHAT = 4711;

async function untilRequests({ requests }: World, count: number) {
  await waitUntil('the photos did not come to the estimator', () => requests.length === count);
}

test.each([
  ['en', /Dropped: 2 photos/, 'You cancelled this photo.'],
  ['ru', /Убрано из очереди: 2 фотографии/, 'Вы отменили эту фотографию.'],
  ['es', /Descartado: 2 fotos/, 'Has cancelado esta foto.'],
  ['de', /Gestrichen: 2 Fotos/, 'Du hast dieses Foto gestrichen.'],
])(
  '/cancel drops all waiting photos of a user, says how many, and nothing is answered later (%s)',
  async (language, words, placeholder) => {
    await using world = await openWorld({ limits: { maxActivePerUser: 2 }, estimate: async () => undefined });
    for (let i = 0; i < 2; i++) await world.page.send(CHAT, { photo: PHOTO, language });
    await waitUntil('there are no two placeholders', async () => (await world.page.fromBot(CHAT)).length === 2);
    await world.page.send(CHAT, { text: '/cancel', language });
    await world.page.untilSaid(CHAT, words);
    const placeholders = async () => (await world.page.fromBot(CHAT)).filter(({ text }) => text === placeholder);
    await waitUntil('placeholders still say that they wait', async () => (await placeholders()).length === 2);
    await world.untilNothingIsLeft();
    for (const request of world.requests) await world.publishResult(request, 'scored');
    await world.untilNothingIsLeft();
    expect(await world.page.fromBot(CHAT)).toHaveLength(3);
  },
);

test('/cancel frees the slots, leaves other users alone, and said again drops nothing', async () => {
  await using world = await openWorld({ limits: { maxActivePerUser: 1 }, estimate: async () => undefined });
  for (const user of [1, 2]) await world.page.send(user, { photo: PHOTO });
  await untilRequests(world, 2);
  await world.page.send(1, { text: '/cancel' });
  await world.page.untilSaid(1, /Dropped: 1 photo\. It gets/);
  await world.page.send(1, { text: '/cancel' });
  await world.page.untilSaid(1, /None of your photos is waiting/);
  await world.page.send(1, { photo: PHOTO });
  await untilRequests(world, 3);
  await world.publishResult(world.requests.find(({ replyTo }) => replyTo.chatId === 2)!, 'scored');
  await world.page.untilSaid(2, /6\.3/);
});

test('a photo cancelled while it is downloaded, or while its placeholder is sent, is over', async () => {
  await using world = await openWorld({ estimate: async () => undefined });
  for (const [chat, method, said] of [
    [1, 'getFile', [/Dropped: 1 photo/]],
    [2, 'sendMessage', [/Dropped: 1 photo/, /You cancelled this photo/]],
  ] as const) {
    const before = (await world.page.stats()).calls[method] ?? 0;
    await world.page.break({ method, kind: 'delay', delay_ms: 1_500, times: 1 });
    await world.page.send(chat, { photo: PHOTO });
    await waitUntil(`${method} was not called`, async () => (await world.page.stats()).calls[method] === before + 1);
    await world.page.send(chat, { text: '/cancel' });
    for (const words of said) await world.page.untilSaid(chat, words);
    await world.untilNothingIsLeft();
    expect(await world.page.fromBot(chat)).toHaveLength(said.length);
  }
});

test('a second look that was cancelled leaves the first answer as it was, and its button says so', async () => {
  await using world = await openWorld({
    faces: () => [UNSURE],
    estimate: async ({ adultsConfirmed }) => (adultsConfirmed ? undefined : 'scored'),
  });
  await world.page.send(CHAT, { photo: PHOTO });
  const answer = await world.page.untilSaid(CHAT, /may be under 18/);
  await world.page.press(CHAT, answer.message_id);
  await untilRequests(world, 2);
  await world.page.send(CHAT, { text: '/cancel' });
  await world.page.untilSaid(CHAT, /Dropped: 1 photo/);
  expect((await world.page.press(CHAT, answer.message_id)).text).toMatch(/You cancelled that/);
  await world.untilNothingIsLeft();
  expect(await world.page.fromBot(CHAT)).toMatchObject([answer, {}]);
});

test('an answer that is being sent is not cancelled', async () => {
  await using world = await openWorld();
  await world.page.break({ method: 'sendPhoto', kind: 'delay', delay_ms: 1_500, times: 1 });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('it was not sent', async () => (await world.page.stats()).calls.sendPhoto === 1);
  await world.page.send(CHAT, { text: '/cancel' });
  await world.page.untilSaid(CHAT, /None of your photos is waiting/);
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
});

test('/cancel that meets an outage on our side is told so', async () => {
  await using world = await openWorld({
    bend: (parts) => ({
      ...parts,
      book: bent(parts.book, { cancel: () => Promise.reject(new RetryableError('redis_away', 'away')) }),
    }),
  });
  await world.page.send(CHAT, { text: '/cancel' });
  await world.page.untilSaid(CHAT, /Something is down on my side/);
});

import { RetryableError } from '@attrai/contracts/errors';
import { TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { EstimateRequest } from '@attrai/contracts/request';
import type { Outcome } from '@attrai/contracts/result';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, test } from 'vitest';
import { bent } from './bent.ts';
import { CHILD, type Estimate, openWorld, PHOTO, TWO_FACES, UNSURE, type World } from './world.ts';

const CHAT = 4711;
const BUTTON = [[{ text: 'Everyone here is 18 or older', callback_data: 'adults' }]];

/** One face that is scored when its sender says that everybody is an adult. */
const oneUnsure = ({ adultsConfirmed }: EstimateRequest) => (adultsConfirmed ? [TWO_FACES[0]!] : [UNSURE]);
/** What becomes of the second look; of the first it is a picture. */
const second =
  (estimate: Estimate): Estimate =>
  async (request, photo) =>
    request.adultsConfirmed ? estimate(request, photo) : 'scored';

/** Sends a photo and waits for its answer. */
async function answered({ page }: World, chatId = CHAT) {
  const photoId = await page.send(chatId, { photo: PHOTO });
  const answer = await page.untilSaid(chatId, /may be under 18/);
  return { photoId, answer };
}

test.each(['volume', 'message'] as const)(
  'a pressed button has the photo looked at again, and the new answer takes the place of the first, by %s',
  async (store) => {
    const look = Promise.withResolvers<'scored'>();
    await using world = await openWorld({ store, faces: oneUnsure, estimate: second(() => look.promise) });
    const { photoId, answer } = await answered(world);
    expect(answer).toMatchObject({ reply_to: photoId, photo_url: expect.any(String), buttons: BUTTON });
    await world.untilNothingIsLeft();

    const { calls } = await world.page.stats();
    const notice = await world.page.press(CHAT, answer.message_id);
    expect(notice).toEqual({ text: "I'm looking at it again.", alert: false });
    await waitUntil('it did not come to the estimator', () => world.requests.length === 2);
    expect(await world.page.fromBot(CHAT)).toEqual([answer]);
    look.resolve('scored');

    const { edited, buttons, ...better } = await world.page.untilSaid(CHAT, /Score: 6\.3/);
    expect(better).toMatchObject({ message_id: answer.message_id, reply_to: photoId });
    expect(better.photo_url).not.toBe(answer.photo_url);
    expect(buttons).toBeUndefined();
    expect(await world.page.fromBot(CHAT)).toHaveLength(1);
    await world.untilNothingIsLeft();
    // No placeholder.
    expect((await world.page.stats()).calls.sendMessage).toBe(calls.sendMessage);
    const [first, again] = world.requests;
    expect(again!.id).not.toBe(first!.id);
    expect(again).toMatchObject({
      adultsConfirmed: true,
      replyTo: { userId: CHAT, chatId: CHAT, messageId: photoId, answerId: answer.message_id, language: 'en' },
    });
  },
);

test('a photo sent as a file can be looked at again too', async () => {
  const seen: Buffer[] = [];
  await using world = await openWorld({
    faces: oneUnsure,
    estimate: async (_request, photo) => {
      seen.push(photo);
      return 'scored';
    },
  });
  await world.page.send(CHAT, { document: { bytes: PHOTO, name: 'x.png', type: 'image/png' } });
  const answer = await world.page.untilSaid(CHAT, /may be under 18/);
  await world.page.press(CHAT, answer.message_id);
  await world.page.untilSaid(CHAT, /6\.3/);
  expect(seen.map((bytes) => bytes.equals(PHOTO))).toEqual([true, true]);
});

test('no button where nobody may be under 18 without clearly being a child', async () => {
  await using world = await openWorld({ faces: () => [...TWO_FACES, CHILD] });
  await world.page.send(CHAT, { photo: PHOTO });
  expect(await world.page.untilSaid(CHAT, /6\.3/)).not.toHaveProperty('buttons');
});

test('no button after the second look, whoever is left without a score then', async () => {
  await using world = await openWorld({
    faces: ({ adultsConfirmed }) => (adultsConfirmed ? [...TWO_FACES, CHILD, UNSURE] : [UNSURE]),
  });
  const { answer } = await answered(world);
  await world.page.press(CHAT, answer.message_id);
  expect(await world.page.untilSaid(CHAT, /6\.3/)).not.toHaveProperty('buttons');
});

test('no button with UNSURE_FACES=refuse', async () => {
  await using world = await openWorld({
    faces: oneUnsure,
    bend: (parts) => ({ ...parts, unsureFaces: 'refuse' }),
  });
  const { answer } = await answered(world);
  expect(answer).not.toHaveProperty('buttons');
});

test('an answer in words alone has the button too, and becomes a picture', async () => {
  await using world = await openWorld({ faces: oneUnsure });
  const description = 'Bad Request: PHOTO_INVALID_DIMENSIONS';
  await world.page.break({ method: 'sendPhoto', kind: 'error', error_code: 400, description, times: 1 });
  const { answer } = await answered(world);
  expect(answer).toMatchObject({ text: expect.any(String), buttons: BUTTON });
  await world.page.press(CHAT, answer.message_id);
  expect(await world.page.untilSaid(CHAT, /6\.3/)).toHaveProperty('photo_url');
  expect(await world.page.fromBot(CHAT)).toHaveLength(1);
});

test('each photo of an album has a button of its own', async () => {
  await using world = await openWorld({ faces: oneUnsure });
  const photos: number[] = [];
  for (let i = 0; i < 2; i++) photos.push(await world.page.send(CHAT, { photo: PHOTO, album: 'a1' }));
  const buttons = async () => (await world.page.fromBot(CHAT)).filter((message) => message.buttons);
  await waitUntil('not both were answered', async () => (await buttons()).length === 2);
  const answer = (await buttons()).find(({ reply_to }) => reply_to === photos[1])!;
  await world.page.press(CHAT, answer.message_id);
  const better = await world.page.untilSaid(CHAT, /6\.3/);
  expect(better).toMatchObject({ message_id: answer.message_id, reply_to: photos[1] });
  expect(await buttons()).toMatchObject([{ reply_to: photos[0] }]);
});

test('in a group only the sender of the photo can press', async () => {
  const [GROUP, ANNA, BORIS] = [-100, 7, 8];
  await using world = await openWorld({ faces: oneUnsure });
  await world.page.send(GROUP, { userId: ANNA, photo: PHOTO, text: `@${world.bot.username}` });
  const answer = await world.page.untilSaid(GROUP, /may be under 18/);
  const notice = await world.page.press(GROUP, answer.message_id, { userId: BORIS });
  expect(notice).toEqual({ text: expect.stringMatching(/^Only the person who sent the photo/), alert: true });
  await world.untilNothingIsLeft();
  expect(world.requests).toHaveLength(1);
  expect((await world.page.press(GROUP, answer.message_id, { userId: ANNA })).text).toMatch(/looking at it again/);
  await world.page.untilSaid(GROUP, /6\.3/);
});

test('a photo that was deleted is told to send again', async () => {
  await using world = await openWorld({ faces: oneUnsure });
  const { photoId, answer } = await answered(world);
  await world.deleteMessage(CHAT, photoId);
  const notice = await world.page.press(CHAT, answer.message_id);
  expect(notice).toEqual({ text: expect.stringMatching(/isn't in this chat any more/), alert: true });
  await world.untilNothingIsLeft();
  expect(world.requests).toHaveLength(1);
});

test('pressed again, a button says that its photo is in work, then that it was done; it is one request', async () => {
  const look = Promise.withResolvers<'failed'>();
  await using world = await openWorld({ faces: oneUnsure, estimate: second(() => look.promise) });
  const { answer } = await answered(world);
  await world.page.press(CHAT, answer.message_id);
  await waitUntil('it did not come to the estimator', () => world.requests.length === 2);
  expect((await world.page.press(CHAT, answer.message_id)).text).toBe("I'm already looking at it again.");
  look.resolve('failed');
  await world.page.untilSaid(CHAT, /couldn't finish/);
  await world.untilNothingIsLeft();
  const notice = await world.page.press(CHAT, answer.message_id);
  expect(notice).toEqual({ text: expect.stringMatching(/have looked at this photo again already/), alert: true });
  await world.untilNothingIsLeft();
  expect(world.requests).toHaveLength(2);
});

test('presses at the same moment are one request', async () => {
  await using world = await openWorld({ faces: oneUnsure });
  const { answer } = await answered(world);
  const notices = await Promise.all([1, 2, 3].map(() => world.page.press(CHAT, answer.message_id)));
  for (const { text } of notices) expect(text).toMatch(/^I'm (already )?looking at it again\.$/);
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
  expect(world.requests).toHaveLength(2);
});

const FAILURES: [kind: Outcome['kind'], words: RegExp][] = [
  ['no_face', /found no face/],
  ['expired', /within 10 minutes/],
  ['photo_missing', /got lost/],
  ['failed', /couldn't finish/],
];

test.each(FAILURES)(
  'a second look that ends in %s says so below the photo, and the first answer stays',
  async (kind, words) => {
    await using world = await openWorld({ faces: oneUnsure, estimate: second(async () => kind) });
    const { photoId, answer } = await answered(world);
    await world.page.press(CHAT, answer.message_id);
    expect(await world.page.untilSaid(CHAT, words)).toMatchObject({ reply_to: photoId });
    await world.untilNothingIsLeft();
    const [first, ...more] = await world.page.fromBot(CHAT);
    expect(first).toEqual(answer);
    expect(more).toHaveLength(1);
  },
);

test('so does one whose file Telegram has no more', async () => {
  await using world = await openWorld({ faces: oneUnsure });
  const { photoId, answer } = await answered(world);
  await world.page.break({ method: 'downloadFile', kind: 'error', error_code: 404, times: 1 });
  await world.page.press(CHAT, answer.message_id);
  const words = await world.page.untilSaid(CHAT, /doesn't give me this file any more/);
  expect(words.reply_to).toBe(photoId);
  await world.untilNothingIsLeft();
  expect(await world.page.fromBot(CHAT)).toEqual([answer, words]);
});

test('so does one whose deadline passes, once', async () => {
  const estimate = second(async () => undefined);
  await using world = await openWorld({ faces: oneUnsure, limits: { deadlineSeconds: 3 }, estimate });
  const { photoId, answer } = await answered(world);
  await world.page.press(CHAT, answer.message_id);
  const words = await world.page.untilSaid(CHAT, /within 3 seconds/);
  expect(words.reply_to).toBe(photoId);
  await expect.poll(() => world.bookkeeping.book.total()).toBe(0);
  await world.publishResult(world.requests[1]!, 'scored');
  await world.untilNothingIsLeft();
  expect(await world.page.fromBot(CHAT)).toEqual([answer, words]);
});

test('so does one that kills its estimator again and again', async () => {
  await using world = await openWorld({ faces: oneUnsure, estimate: second(async () => undefined) });
  const { photoId, answer } = await answered(world);
  await world.page.press(CHAT, answer.message_id);
  await waitUntil('it did not come to the estimator', () => world.requests.length === 2);
  await world.broker.publish(TO_ESTIMATE_DEAD, { json: world.requests[1] });
  const words = await world.page.untilSaid(CHAT, /couldn't finish/);
  expect(words.reply_to).toBe(photoId);
  await world.untilNothingIsLeft();
  expect(await world.page.fromBot(CHAT)).toEqual([answer, words]);
});

test('so does one whose picture Telegram refuses, with the scores', async () => {
  await using world = await openWorld({ faces: oneUnsure });
  const { photoId, answer } = await answered(world);
  const description = 'Bad Request: PHOTO_INVALID_DIMENSIONS';
  await world.page.break({ method: 'editMessageMedia', kind: 'error', error_code: 400, description, times: 1 });
  await world.page.press(CHAT, answer.message_id);
  const words = await world.page.untilSaid(CHAT, /6\.3/);
  expect(words).toMatchObject({ text: expect.any(String), reply_to: photoId });
  await world.untilNothingIsLeft();
  expect(await world.page.fromBot(CHAT)).toEqual([answer, words]);
});

test('a second look whose answer was deleted meanwhile is answered by a new message', async () => {
  const look = Promise.withResolvers<'scored'>();
  await using world = await openWorld({ faces: oneUnsure, estimate: second(() => look.promise) });
  const { photoId, answer } = await answered(world);
  await world.page.press(CHAT, answer.message_id);
  await waitUntil('it did not come to the estimator', () => world.requests.length === 2);
  await world.deleteMessage(CHAT, answer.message_id);
  look.resolve('scored');
  const better = await world.page.untilSaid(CHAT, /6\.3/);
  expect(better).toMatchObject({ reply_to: photoId, photo_url: expect.any(String) });
  await world.untilNothingIsLeft();
});

test('a second look under way is finished by a bot that starts anew and knows nothing of it', async () => {
  await using world = await openWorld({ faces: oneUnsure, estimate: second(async () => undefined) });
  const { answer } = await answered(world);
  await world.page.press(CHAT, answer.message_id);
  await waitUntil('it did not come to the estimator', () => world.requests.length === 2);
  await waitUntil('intake never ended', async () => (await world.bookkeeping.jobs.intake.counts()).active === 0);
  await world.restartBot();
  await world.publishResult(world.requests[1]!, 'scored');
  expect((await world.page.untilSaid(CHAT, /6\.3/)).message_id).toBe(answer.message_id);
  expect(await world.page.fromBot(CHAT)).toHaveLength(1);
  await world.untilNothingIsLeft();
});

test('a press beyond the photos in work is told to try again, and then succeeds', async () => {
  const looks: (() => void)[] = [];
  await using world = await openWorld({
    limits: { maxActivePerUser: 1 },
    faces: oneUnsure,
    estimate: async () => {
      if (world.requests.length !== 2) return 'scored';
      return new Promise((resolve) => looks.push(() => resolve('no_face')));
    },
  });
  const { answer } = await answered(world);
  await world.untilNothingIsLeft();
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('it did not come to the estimator', () => looks.length === 1);
  const notice = await world.page.press(CHAT, answer.message_id);
  expect(notice).toEqual({
    text: expect.stringMatching(/already working on 1 photo of yours.* Try again/),
    alert: true,
  });
  looks[0]!();
  await world.untilNothingIsLeft();
  await world.page.press(CHAT, answer.message_id);
  expect((await world.page.untilSaid(CHAT, /6\.3/)).message_id).toBe(answer.message_id);
});

test('a press beyond the photos of a window is told to wait, and succeeds after that', async () => {
  await using world = await openWorld({ limits: { requestsPerWindow: 1, windowSeconds: 4 }, faces: oneUnsure });
  const { answer } = await answered(world);
  await world.untilNothingIsLeft();
  const notice = await world.page.press(CHAT, answer.message_id);
  expect(notice).toEqual({ text: expect.stringMatching(/limit is 1 photo in 4 seconds/), alert: true });
  await world.untilNothingIsLeft();
  expect(world.requests).toHaveLength(1);
  const pressAgain = async () => (await world.page.press(CHAT, answer.message_id)).text;
  await waitUntil('it was never taken', async () => /looking at it again/.test(await pressAgain()));
  await world.page.untilSaid(CHAT, /6\.3/);
});

test('a press that meets an outage on our side is told so, costs nothing, and works when it is over', async () => {
  let away = false;
  await using world = await openWorld({
    faces: oneUnsure,
    bend: (parts) => ({
      ...parts,
      book: bent(parts.book, {
        async accept(...args) {
          const acceptance = await parts.book.accept(...args);
          if (away) throw new RetryableError('redis_away', 'away');
          return acceptance;
        },
      }),
    }),
  });
  const { answer } = await answered(world);
  away = true;
  const notice = await world.page.press(CHAT, answer.message_id);
  expect(notice).toEqual({ text: expect.stringMatching(/Something is down on my side/), alert: true });
  // It is not brought again: its user has been told.
  await expect.poll(async () => (await world.page.stats()).pending_updates).toBe(0);
  away = false;
  await world.page.press(CHAT, answer.message_id);
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
  expect(world.requests).toHaveLength(2);
});

test('a press whose answer Telegram failed to take is answered all the same', async () => {
  await using world = await openWorld({ faces: oneUnsure });
  const { answer } = await answered(world);
  await world.page.break({ method: 'answerCallbackQuery', kind: 'error', error_code: 500, times: 2 });
  expect((await world.page.press(CHAT, answer.message_id)).text).toMatch(/looking at it again/);
});

test('a press is answered in the language of who presses', async () => {
  await using world = await openWorld({ faces: oneUnsure });
  await world.page.send(CHAT, { photo: PHOTO, language: 'ru' });
  const answer = await world.page.untilSaid(CHAT, /нет 18 лет/);
  expect(answer.buttons).toMatchObject([[{ text: 'Всем на фото есть 18 лет' }]]);
  const notice = await world.page.press(CHAT, answer.message_id, { language: 'es' });
  expect(notice.text).toMatch(/mirando otra vez/);
  expect(await world.page.untilSaid(CHAT, /Nota: 6,3/)).toBeDefined();
});

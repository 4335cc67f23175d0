import { setTimeout as pause } from 'node:timers/promises';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { Outcome } from '@attrai/contracts/result';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, test } from 'vitest';
import { QUICK_MS } from '../src/progress/placeholders.ts';
import { type ReplyTo, replyTo, toEnvelope } from '../src/requests/reply-to.ts';
import { bent } from './bent.ts';
import { openWorld, PHOTO } from './world.ts';

const CHAT = 4711;
/** As version 0.1 had its jobs. */
function withNumbers<J extends { replyTo: ReplyTo }>(job: J): J {
  return { ...job, replyTo: toEnvelope(job.replyTo) as never };
}
/** What counts towards Telegram's limits. */
function callsToChats(calls: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(calls).filter(([method]) => /^(send|edit)|^deleteMessage/.test(method)));
}
const NO_JOBS = JSON.stringify({ waiting: 0, active: 0, delayed: 0 });

test.each(['volume', 'message'] as const)(
  'a photo that is looked at at once gets one message: the picture with its scores, by %s',
  async (store) => {
    let seen: Buffer | undefined;
    await using world = await openWorld({
      store,
      estimate: async (_request, photo) => {
        seen = photo;
        return 'scored';
      },
    });
    const photoId = await world.page.send(CHAT, { photo: PHOTO });
    const answer = await world.page.untilSaid(CHAT, /6\.3 · ≈5\.1/);
    expect(answer).toMatchObject({ reply_to: photoId, photo_url: expect.any(String) });
    expect(seen?.length).toBeGreaterThan(0);
    await world.untilNothingIsLeft();
    expect(await world.page.fromBot(CHAT)).toEqual([answer]);
    const { calls } = await world.page.stats();
    expect(callsToChats(calls)).toEqual({ sendPhoto: 1 });
  },
);

test('an image file sent as a document is taken as it is', async () => {
  let seen: Buffer | undefined;
  await using world = await openWorld({
    estimate: async (_request, photo) => {
      seen = photo;
      return 'no_face';
    },
  });
  await world.page.send(CHAT, { document: { bytes: PHOTO, name: 'x.png', type: 'image/png' } });
  await world.page.untilSaid(CHAT, /no face/);
  expect(seen?.equals(PHOTO)).toBe(true);
  await world.untilNothingIsLeft();
});

const WORDS: Record<Exclude<Outcome['kind'], 'scored'>, RegExp> = {
  no_face: /found no face/,
  unreadable: /can't read this file/,
  too_many_pixels: /too many pixels/,
  too_many_bytes: /too large/,
  expired: /within 10 minutes/,
  photo_missing: /got lost/,
  failed: /couldn't finish/,
};

test.each(Object.entries(WORDS))('%s is an answer too, and leaves nothing', async (kind, words) => {
  await using world = await openWorld({ estimate: async () => kind as Outcome['kind'] });
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, words);
  expect(await world.page.fromBot(CHAT)).toHaveLength(1);
  await world.untilNothingIsLeft();
});

test('answers in the language of the user', async () => {
  await using world = await openWorld({ estimate: async () => 'no_face' });
  await world.page.send(1, { photo: PHOTO, language: 'ru-RU' });
  await world.page.send(2, { photo: PHOTO, language: 'es' });
  await world.page.send(3, { photo: PHOTO, language: 'ja' });
  await world.page.untilSaid(1, /не нашёл лиц/);
  await world.page.untilSaid(2, /ninguna cara/);
  await world.page.untilSaid(3, /no face/);
});

test('each photo of an album is answered on its own', async () => {
  await using world = await openWorld();
  const sent = [];
  for (let i = 0; i < 3; i++) sent.push(await world.page.send(CHAT, { photo: PHOTO, album: 'a1' }));
  await waitUntil('not all were answered', async () => {
    return (await world.page.fromBot(CHAT)).filter(({ photo_url }) => photo_url).length === 3;
  });
  expect((await world.page.fromBot(CHAT)).map(({ reply_to }) => reply_to).sort()).toEqual(sent.sort());
  await world.untilNothingIsLeft();
});

test('a photo nobody estimates is told so at its deadline, and a result after that is dropped', async () => {
  await using world = await openWorld({ limits: { deadlineSeconds: 5 }, estimate: async () => undefined });
  await world.page.send(CHAT, { photo: PHOTO });
  const answer = await world.page.untilSaid(CHAT, /couldn't look at this photo within 5 seconds/);
  await expect.poll(() => world.bookkeeping.book.total()).toBe(0);
  await world.publishResult(world.requests[0]!, 'scored');
  await world.untilNothingIsLeft();
  expect(await world.page.fromBot(CHAT)).toEqual([answer]);
});

test.each([
  ['scored', 'sendPhoto', /6\.3/],
  ['no_face', 'sendMessage', /no face/],
] as const)(
  'a deadline that comes while the answer (%s) is on its way changes nothing',
  async (kind, method, words) => {
    await using world = await openWorld({ limits: { deadlineSeconds: 5 }, estimate: async () => kind });
    await world.page.break({ method, kind: 'delay', delay_ms: 5_500 });
    await world.page.send(CHAT, { photo: PHOTO });
    await world.page.untilSaid(CHAT, words);
    await world.untilNothingIsLeft();
    expect(JSON.stringify(await world.page.log(CHAT))).not.toContain('within 5 seconds');
  },
);

test('an intake job that comes back after its photo was published does nothing', async () => {
  await using world = await openWorld({ estimate: async () => undefined });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('the photo did not come to the estimator', () => world.requests.length === 1);
  const { intake } = world.bookkeeping.jobs;
  await waitUntil('intake never ended', async () => (await intake.counts()).active === 0);
  const [request] = world.requests;
  const { id, acceptedAt, deadline } = request!;
  await intake.add(id, { id, replyTo: replyTo.parse(request!.replyTo), acceptedAt, deadline, fileId: 'x' });
  await waitUntil('it never ended', async () => JSON.stringify(await intake.counts()) === NO_JOBS);
  await world.publishResult(request!, 'scored');
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
  expect(world.requests).toHaveLength(1);
});

test.each([false, true])(
  'a job of version 0.1, which the book does not know and whose ids are numbers, is finished, and gets no second placeholder (it was sent: %s)',
  async (placeholderDone) => {
    const look = Promise.withResolvers<'scored'>();
    await using world = await openWorld({
      bend: (parts) => ({
        ...parts,
        jobs: {
          ...parts.jobs,
          intake: bent(parts.jobs.intake, {
            async add(id, { isNew: _, ...job }) {
              await parts.book.forget(id);
              await parts.jobs.intake.add(id, { ...withNumbers(job), placeholderDone });
            },
          }),
          replies: bent(parts.jobs.replies, { add: (id, job) => parts.jobs.replies.add(id, withNumbers(job)) }),
        },
      }),
      estimate: () => look.promise,
    });
    await world.page.send(CHAT, { photo: PHOTO });
    if (!placeholderDone) await world.page.untilSaid(CHAT, /Got it/);
    else await pause(QUICK_MS + 2_000);
    look.resolve('scored');
    expect(await world.page.untilSaid(CHAT, /6\.3/)).toHaveProperty('photo_url');
    await world.untilNothingIsLeft();
    expect((await world.page.stats()).calls.sendMessage ?? 0).toBe(placeholderDone ? 0 : 1);
    await expect.poll(() => world.page.fromBot(CHAT)).toHaveLength(1);
  },
);

test('a photo that nobody could take in until its deadline is told so once', async () => {
  await using world = await openWorld({ limits: { deadlineSeconds: 2 } });
  await world.page.break({ method: 'downloadFile', kind: 'error', error_code: 500, times: 1_000 });
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /within 2 seconds/);
  await world.untilNothingIsLeft();
  expect(await world.page.fromBot(CHAT)).toHaveLength(1);
  expect(world.requests).toEqual([]);
});

test('a photo that no estimator took until its deadline is told so once, and waits no longer inside its message', async () => {
  await using world = await openWorld({
    store: 'message',
    estimate: () => new Promise(() => {}),
    limits: { deadlineSeconds: 2 },
  });
  for (let i = 0; i < 2; i++) await world.page.send(CHAT, { photo: PHOTO });
  const told = async () => (await world.page.fromBot(CHAT)).filter(({ text }) => text?.includes('within 2 seconds'));
  await waitUntil('not both were told', async () => (await told()).length === 2);
  for (const queue of [TO_ESTIMATE, TO_ESTIMATE_DEAD] as const) {
    await expect.poll(() => world.broker.depth(queue)).toBe(0);
  }
  expect(world.requests).toHaveLength(1);
  expect(await world.page.fromBot(CHAT)).toHaveLength(2);
});

test('a result that comes twice is one answer', async () => {
  await using world = await openWorld({ estimate: async () => undefined });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('the photo did not come to the estimator', () => world.requests.length === 1);
  const request = world.requests[0]!;
  await Promise.all([world.publishResult(request, 'scored'), world.publishResult(request, 'scored')]);
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
  await world.publishResult(request, 'no_face');
  await world.untilNothingIsLeft();
  const [answer, ...more] = await world.page.fromBot(CHAT);
  expect(answer?.caption).toMatch(/6\.3/);
  expect(more).toEqual([]);
  const pictures = (await world.page.log(CHAT)).filter(({ by }) => by === 'sendPhoto');
  expect(pictures.length).toBeLessThanOrEqual(1);
});

test('a photo that kills its estimator again and again is told so and deleted', async () => {
  await using world = await openWorld({ estimate: async () => undefined });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('the photo did not come to the estimator', () => world.requests.length === 1);
  const request = world.requests[0]!;
  await world.photoStore.put(`${request.id}.picture`, PHOTO);
  expect(await world.photoStore.keys()).toHaveLength(2);
  await world.broker.publish(TO_ESTIMATE_DEAD, { json: request });
  await world.page.untilSaid(CHAT, /couldn't finish this photo/);
  await world.untilNothingIsLeft();
});

test('an answer takes every photo of its request along, also a picture that came after it', async () => {
  await using world = await openWorld({ estimate: async () => undefined });
  await world.page.break({ method: 'sendMessage', kind: 'delay', delay_ms: 1_500 });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('the photo did not come to the estimator', () => world.requests.length === 1);
  const [request] = world.requests;
  await world.publishResult(request!, 'photo_missing');
  await waitUntil('it was not answered', async () => (await world.page.stats()).calls.sendMessage === 1);
  await world.publishResult(request!, 'scored');
  await world.page.untilSaid(CHAT, /got lost/);
  await world.untilNothingIsLeft();
});

test('malformed messages stop nothing, and are parked for the operator', async () => {
  await using world = await openWorld();
  await world.broker.publish(AFTER_ESTIMATE, { json: { hello: 'world' } });
  await world.broker.publish(TO_ESTIMATE_DEAD, { json: null });
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /6\.3/);
  await waitUntil('they were not parked', async () => (await world.inbox.keys()).length === 2);
  for (const key of await world.inbox.keys()) expect(key).toMatch(/^malformed-/);
  await expect.poll(() => world.lines.filter((line) => line.includes('nobody can read'))).toHaveLength(2);
});

test('a photo published before Redis lost everything is answered all the same', async () => {
  await using world = await openWorld({ estimate: async () => undefined });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('the photo did not come to the estimator', () => world.requests.length === 1);
  await waitUntil('intake never ended', async () => (await world.bookkeeping.jobs.intake.counts()).active === 0);
  await world.restartBot();
  expect(await world.bookkeeping.book.total()).toBe(0);
  await world.publishResult(world.requests[0]!, 'scored');
  await world.page.untilSaid(CHAT, /6\.3/);
  expect(await world.page.fromBot(CHAT)).toHaveLength(1);
  await world.untilNothingIsLeft();
});

import { ownRedis, ownVhost } from '@attrai/test-servers/own-servers';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { openWorld, PHOTO, TWO_FACES, UNSURE, type WorldOptions } from './world.ts';

const CHAT = 4711;

async function openRealWorld(options: WorldOptions = {}) {
  // One after the other, as everywhere: where there is one of each, two who each have one would wait for each other.
  const amqpUrl = await ownVhost();
  const redisUrl = await ownRedis();
  const world = await openWorld({ ...options, amqpUrl, redisUrl });
  return Object.assign(world, { redisUrl });
}

test.each(['volume', 'message'] as const)(
  'on RabbitMQ and Redis, photos end as pictures and leave nothing, by %s',
  async (store) => {
    await using world = await openRealWorld({ store });
    for (const user of [1, 2, 3, 4, 5]) for (let i = 0; i < 2; i++) await world.page.send(user, { photo: PHOTO });
    for (const user of [1, 2, 3, 4, 5]) {
      await waitUntil('not all photos were answered', async () => {
        return (await world.page.fromBot(user)).filter(({ photo_url }) => photo_url).length === 2;
      });
      expect(await world.page.fromBot(user)).toHaveLength(2);
    }
    await world.untilNothingIsLeft();
    expect(world.fatal).toEqual([]);
  },
);

test('an update that comes again to a bot that was restarted is one photo', async () => {
  await using world = await openRealWorld({ estimate: async () => undefined });
  // The update is handled, but can never be confirmed.
  await world.page.send(CHAT, { text: 'hello' });
  await world.page.untilSaid(CHAT, /Send me a photo/);
  await world.page.break({ method: 'getUpdates', kind: 'error', error_code: 502, times: 1000 });
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('the photo did not come to the estimator', () => world.requests.length === 1);
  expect((await world.page.stats()).pending_updates).toBe(1);
  const stopping = world.restartBot();
  await waitUntil('it did not stop', () => world.lines.some((line) => line.includes('could not be confirmed')));
  await world.page.mend();
  await stopping;
  await waitUntil('the update did not come again', async () => (await world.page.stats()).pending_updates === 0);
  await world.publishResult(world.requests[0]!, 'scored');
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
  expect(world.requests).toHaveLength(1);
  expect((await world.page.fromBot(CHAT)).filter(({ reply_to }) => reply_to)).toHaveLength(2);
});

test('a photo under way while the bot is restarted is answered, or told at its deadline, and its one placeholder deleted', async () => {
  await using world = await openRealWorld({ estimate: async () => undefined, limits: { deadlineSeconds: 15 } });
  await world.page.send(1, { photo: PHOTO });
  await world.page.send(2, { photo: PHOTO });
  await waitUntil('the photos did not come to the estimator', () => world.requests.length === 2);
  for (const user of [1, 2]) await world.page.untilSaid(user, /Got it/);
  await world.restartBot();
  const ofFirst = world.requests.find(({ replyTo }) => replyTo.chatId === 1)!;
  await world.publishResult(ofFirst, 'scored');
  await world.page.untilSaid(1, /6\.3/);
  await world.page.untilSaid(2, /within 15 seconds/);
  for (const user of [1, 2]) await expect.poll(() => world.page.fromBot(user)).toHaveLength(1);
  expect((await world.page.stats()).calls).toMatchObject({ sendMessage: 3, sendPhoto: 1, deleteMessage: 2 });
  await world.publishResult(world.requests.find(({ replyTo }) => replyTo.chatId === 2)!, 'scored');
  await world.untilNothingIsLeft();
});

test('a second look under way while the bot is restarted takes the place of the first answer, or is told at its deadline', async () => {
  await using world = await openRealWorld({
    estimate: async ({ adultsConfirmed }) => (adultsConfirmed ? undefined : 'scored'),
    faces: ({ adultsConfirmed }) => (adultsConfirmed ? TWO_FACES : [UNSURE]),
    limits: { deadlineSeconds: 15 },
  });
  const answers = new Map<number, number>();
  for (const chat of [1, 2]) {
    await world.page.send(chat, { photo: PHOTO });
    const { message_id } = await world.page.untilSaid(chat, /under 18/);
    answers.set(chat, message_id);
    await world.page.press(chat, message_id);
  }
  const pressed = () => world.requests.filter(({ adultsConfirmed }) => adultsConfirmed);
  await waitUntil('the photos did not come to the estimator', () => pressed().length === 2);
  await world.restartBot();
  await world.publishResult(pressed().find(({ replyTo }) => replyTo.chatId === 1)!, 'scored');
  expect((await world.page.untilSaid(1, /6\.3/)).message_id).toBe(answers.get(1));
  await world.page.untilSaid(2, /within 15 seconds/);
  expect(await world.page.fromBot(1)).toHaveLength(1);
  expect(await world.page.fromBot(2)).toMatchObject([{ message_id: answers.get(2) }, { text: expect.any(String) }]);
  await world.publishResult(pressed().find(({ replyTo }) => replyTo.chatId === 2)!, 'scored');
  await world.untilNothingIsLeft();
});

test('what version 0.1 left in Redis of its requests is taken over, and nobody is answered twice', async () => {
  await using world = await openRealWorld({ estimate: async () => undefined });
  for (const user of [1, 2, 3]) await world.page.send(user, { photo: PHOTO });
  await waitUntil('the photos did not come to the estimator', () => world.requests.length === 3);
  const placeholders = new Map<unknown, number>();
  for (const user of [1, 2, 3]) placeholders.set(user, (await world.page.untilSaid(user, /Got it/)).message_id);
  const [waiting, overdue, answered] = [1, 2, 3].map(
    (user) => world.requests.find(({ replyTo }) => replyTo.chatId === user)!,
  );
  const redis = new Redis(world.redisUrl, { maxRetriesPerRequest: null });
  await redis.del(...(await redis.keys('attrai:book:*')));
  for (const [request, dueInMs] of [[waiting!, 60_000] as const, [overdue!, -1_000] as const]) {
    await redis.set(`attrai:request:${request.id}`, 'underway');
    const replyTo = { ...request.replyTo, placeholderId: placeholders.get(request.replyTo.chatId) };
    await redis.hset('attrai:reply-to', request.id, JSON.stringify(replyTo));
    await redis.zadd('attrai:deadlines', Date.now() + dueInMs, request.id);
    await redis.zadd('attrai:slots', Date.now() + dueInMs, request.id);
  }
  await redis.set(`attrai:request:${answered!.id}`, 'answered');
  const replies = new Queue('replies', { connection: redis, prefix: 'attrai' });
  const expired = { id: answered!.id, replyTo: answered!.replyTo, answer: { kind: 'expired' } };
  await replies.add('replies', expired, { jobId: `${answered!.id}-deadline`, delay: 1_000, removeOnComplete: true });

  await world.restartBot();
  expect(await redis.keys('attrai:request:*')).toEqual([]);
  expect(await redis.exists('attrai:deadlines', 'attrai:reply-to', 'attrai:slots')).toBe(0);
  for (const request of [waiting!, answered!]) await world.publishResult(request, 'scored');
  await world.page.untilSaid(1, /6\.3/);
  await world.page.untilSaid(2, /within 10 minutes/);
  await world.photoStore.delete(overdue!.photo);
  await world.untilNothingIsLeft();
  for (const user of [1, 2, 3]) await expect.poll(() => world.page.fromBot(user)).toHaveLength(1);
  expect((await world.page.fromBot(3))[0]?.text).toMatch(/Got it/);
  await replies.close();
  redis.disconnect();
});

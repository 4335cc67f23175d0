import { ownRedis, ownVhost } from '@attrai/test-servers/own-servers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { countDrawn, findBoxes } from './boxes.ts';
import { Chat } from './chat.ts';
import { GROUP_PHOTO, scoresIn, startSuite } from './suite.ts';

const servers = { AMQP_URL: await ownVhost(), REDIS_URL: await ownRedis() };

describe.each([
  ['with stand-ins', 'volume', {}],
  ['with RabbitMQ and Redis, photos in a volume', 'volume', servers],
  ['with RabbitMQ and Redis, photos in messages', 'message', servers],
] as const)('the whole suite %s', (_, photoStore, urls) => {
  let suite: Awaited<ReturnType<typeof startSuite>>;
  beforeAll(async () => {
    suite = await startSuite({ ...urls, PHOTO_STORE: photoStore });
  });
  afterAll(async () => {
    expect(suite.fatal).toEqual([]);
    expect(await suite.stop()).toEqual([]);
  });

  test('turns a group photo into a picture with a box and a score for each face', async () => {
    const chat = new Chat(suite.url, 101);
    const answer = await chat.answerTo(await chat.sendPhoto(GROUP_PHOTO));
    const boxes = await findBoxes(GROUP_PHOTO);
    expect(boxes.length).toBeGreaterThanOrEqual(4);
    expect(scoresIn(answer.caption)).toHaveLength(boxes.length);
    const picture = Buffer.from(await (await fetch(new URL(answer.photo_url!, suite.url))).arrayBuffer());
    expect(await countDrawn(boxes, GROUP_PHOTO, picture)).toBe(boxes.length);
  });

  test('answers each photo of many users once, and leaves no files', async () => {
    const users = [201, 202, 203, 204].map((id) => new Chat(suite.url, id));
    const sent = await Promise.all(
      users.flatMap((chat) => [1, 2, 3].map(async () => ({ chat, id: await chat.sendPhoto(GROUP_PHOTO) }))),
    );
    await Promise.all(sent.map(({ chat, id }) => chat.answerTo(id)));
    for (const chat of users) {
      const answers = (await chat.messages()).filter((message) => message.from === 'bot');
      expect(answers.map((answer) => Boolean(answer.photo_url))).toEqual([true, true, true]);
      expect(new Set(answers.map((answer) => answer.reply_to)).size).toBe(3);
    }
    await vi.waitFor(() => expect(suite.tmp.files()).toEqual([]), 40_000);
  });
});

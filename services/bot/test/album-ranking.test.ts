import type { EstimateRequest } from '@attrai/contracts/request';
import type { DrawnFace } from '@attrai/contracts/result';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../src/texts/language.ts';
import { TEXTS } from '../src/texts/languages.ts';
import type { Sent } from './chat-page.ts';
import { CHILD, openWorld, PHOTO, type World, type WorldOptions } from './world.ts';

const CHAT = 4711;
const IN_ALBUM: Sent = { photo: PHOTO, album: 'a' };
const LINE = /^Highest score/;

/** A world whose photos get these scores, in the order of their messages; undefined: only a child is in it. */
async function openScoring(scores: (number | undefined)[], options: WorldOptions = {}) {
  const sent: number[] = [];
  const allSent = Promise.withResolvers<void>();
  const faces = ({ replyTo }: EstimateRequest): DrawnFace[] => {
    const score = scores[sent.indexOf(Number(replyTo.messageId))];
    if (score === undefined) return [CHILD];
    return [
      { box: [1, 2, 30, 40], score, confidence: 'high' },
      { box: [50, 2, 80, 40], score: score - 1, confidence: 'low' },
      CHILD,
    ];
  };
  const estimate = async () => allSent.promise.then(() => 'scored' as const);
  const world = await openWorld({ faces, estimate, ...options });
  return {
    world,
    async send(...photos: Sent[]) {
      for (const photo of photos) sent.push(await world.page.send(CHAT, photo));
      allSent.resolve();
    },
  };
}

const lines = async ({ page }: World, chatId = CHAT) =>
  (await page.fromBot(chatId)).filter(({ text }) => LINE.test(text ?? ''));

/** Long enough for a line that should not come. */
const whileOneWouldCome = () => new Promise((resolve) => setTimeout(resolve, 5_000));

test('an album is followed by one line: its order, with a word of caution', async () => {
  const { world, send } = await openScoring([6.3, undefined, 7.12]);
  await using _world = world;
  await send(IN_ALBUM, IN_ALBUM, IN_ALBUM);
  const { text } = await world.page.untilSaid(CHAT, LINE);
  expect(text).toBe(
    'Highest score: photo 3 (7.1). Then: photo 1 (6.3). No score: photo 2. Differences of less than half a point mean little.',
  );
  expect((await world.page.fromBot(CHAT)).at(-1)!.text).toBe(text);
  await whileOneWouldCome();
  expect(await lines(world)).toHaveLength(1);
});

test('what is refused in an album has its number and no score', async () => {
  const limits = { maxActivePerUser: 2 };
  const { world, send } = await openScoring([undefined, 6, 7], { limits });
  await using _world = world;
  const document = { bytes: PHOTO, name: 'a.mp4', type: 'video/mp4' };
  await send({ document, album: 'a' }, IN_ALBUM, IN_ALBUM, IN_ALBUM);
  const { text } = await world.page.untilSaid(CHAT, LINE);
  expect(text).toContain('photo 3 (7.0). Then: photo 2 (6.0). No score: photo 1, photo 4.');
});

test.each([
  ['with one score', [6.3, undefined], IN_ALBUM],
  ['of photos that came one by one', [6.3, 7.1], { photo: PHOTO }],
])('nothing follows an album %s', async (_, scores, how) => {
  const { world, send } = await openScoring(scores);
  await using _world = world;
  await send(how, how);
  await waitUntil('it was not looked at', () => world.requests.length === 2);
  await world.untilNothingIsLeft();
  await whileOneWouldCome();
  expect(await lines(world)).toEqual([]);
});

test('nothing follows an album of a group', async () => {
  await using world = await openWorld();
  const ofAnna = { userId: 7, photo: PHOTO, album: 'a' };
  await world.page.send(-100, { ...ofAnna, text: `@${world.bot.username}` });
  await world.page.send(-100, ofAnna);
  await waitUntil('it was not looked at', () => world.requests.length === 2);
  await whileOneWouldCome();
  expect(await lines(world, -100)).toEqual([]);
});

test('nothing follows an album of which a photo was cancelled', async () => {
  await using world = await openWorld({
    estimate: async () => (world.requests.length > 2 ? undefined : 'scored'),
  });
  for (let i = 0; i < 3; i++) await world.page.send(CHAT, IN_ALBUM);
  await waitUntil('two were not answered', async () => {
    const pictures = (await world.page.fromBot(CHAT)).filter(({ photo_url }) => photo_url);
    return pictures.length === 2 && world.requests.length === 3;
  });
  await world.page.send(CHAT, { text: '/cancel' });
  await world.page.untilSaid(CHAT, /Dropped: 1 photo/);
  await whileOneWouldCome();
  expect(await lines(world)).toEqual([]);
});

describe.each(LANGUAGES.map((language) => [language, TEXTS[language]] as const))('in %s', (_, texts) => {
  test('photos that score the same share the highest place, and all are named once', () => {
    const line = texts.album([5, 7.04, null, 6.96]);
    expect(line).toMatch(/^[^:]+: (\S+ 2) \(7[.,]0\), \S+ 4 \(7[.,]0\)\. [^:]+: \S+ 1 \(5[.,]0\)\. [^:]+: \S+ 3\. /);
    expect(line).not.toContain('\n');
    expect(texts.album([5, 5])).toMatch(/^[^:]+: \S+ 1 \([^)]+\), \S+ 2 \([^)]+\)\. [^:]+\.$/);
  });
});

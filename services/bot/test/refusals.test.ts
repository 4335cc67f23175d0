import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, test } from 'vitest';
import { LANGUAGES } from '../src/texts/language.ts';
import { png } from './png.ts';
import { openWorld, PHOTO } from './world.ts';

const CHAT = 4711;

test('each photo more than a user may have in work is refused in words, in an album too, until there is an answer', async () => {
  const release: (() => void)[] = [];
  await using world = await openWorld({
    limits: { maxActivePerUser: 1 },
    estimate: () => new Promise((resolve) => release.push(() => resolve('no_face'))),
  });
  await world.page.send(CHAT, { photo: PHOTO, album: 'a1' });
  const second = await world.page.send(CHAT, { photo: PHOTO, album: 'a1' });
  const third = await world.page.send(CHAT, { photo: PHOTO, album: 'a1' });
  const refused = async () =>
    (await world.page.fromBot(CHAT))
      .filter(({ text }) => text?.includes('already working on 1 photo of yours'))
      .map(({ reply_to }) => reply_to);
  await waitUntil('not every photo of the album was refused', async () => (await refused()).length === 2);
  expect(new Set(await refused())).toEqual(new Set([second, third]));
  await waitUntil('the photo did not come to the estimator', () => release.length === 1);
  release[0]!();
  await world.page.untilSaid(CHAT, /no face/);
  await world.untilNothingIsLeft();
  await world.page.send(CHAT, { photo: PHOTO });
  await waitUntil('the next photo was not taken', () => release.length === 2);
  release[1]!();
  await world.untilNothingIsLeft();
  expect(await refused()).toHaveLength(2);
});

test('too many photos in a window are refused with the time to wait', async () => {
  await using world = await openWorld({ limits: { requestsPerWindow: 2, windowSeconds: 300 } });
  for (let i = 0; i < 2; i++) {
    await world.page.send(CHAT, { photo: PHOTO });
    await world.untilNothingIsLeft();
  }
  await waitUntil('two were not answered', async () => (await world.page.fromBot(CHAT)).length === 2);
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /limit is 2 photos in 5 minutes\. You can send more in 5 minutes/);
  await world.untilNothingIsLeft();
  expect(world.requests).toHaveLength(2);
});

test('a photo refused for another reason does not count towards the window', async () => {
  await using world = await openWorld({ limits: { requestsPerWindow: 1, maxPhotoBytes: 5_000 } });
  await world.page.send(CHAT, { photo: png(40, 300) });
  await world.page.untilSaid(CHAT, /shorter side has 40 pixels, and I need at least 64/);
  await world.page.send(CHAT, { document: { bytes: Buffer.alloc(6_000_000), name: 'a.jpg', type: 'image/jpeg' } });
  await world.page.untilSaid(CHAT, /too large: it has 6 MB\. I can take up to 5 kB/);
  await world.page.send(CHAT, { photo: PHOTO });
  await world.page.untilSaid(CHAT, /6\.3/);
  await world.untilNothingIsLeft();
});

const FILES: [name: string, type: string, words: RegExp][] = [
  ['a.heic', 'image/heic', /HEIC/],
  ['a.gif', 'image/gif', /animations/],
  ['a.tiff', 'image/tiff', /TIFF files/],
  ['a.svg', 'image/svg+xml', /this kind of image file/],
  ['a.pdf', 'application/pdf', /not a picture I can read/],
  ['a.mp4', 'video/mp4', /videos/],
  ['a.mp3', 'audio/mpeg', /sound/],
];

test('each kind of file that is no photo is refused with words of its own', async () => {
  await using world = await openWorld();
  for (const [name, type, words] of FILES) {
    await world.page.send(CHAT, { document: { bytes: Buffer.from('x'), name, type } });
    await world.page.untilSaid(CHAT, words);
  }
  const said = (await world.page.fromBot(CHAT)).map(({ text }) => text);
  expect(new Set(said).size).toBe(FILES.length);
  expect(world.requests).toEqual([]);
});

test('answers commands, text and unknown commands, in the language of the user', async () => {
  await using world = await openWorld();
  await world.page.send(CHAT, { text: '/start' });
  await world.page.untilSaid(CHAT, /What a score is/);
  await world.page.send(CHAT, { text: '/help' });
  await world.page.untilSaid(
    CHAT,
    /at most 1 MB a file[\s\S]*at least 64 pixels[\s\S]*3 photos in work[\s\S]*100 photos in 60 seconds/,
  );
  await world.page.send(CHAT, { text: '/privacy', language: 'es' });
  await world.page.untilSaid(CHAT, /No guardo fotos/);
  await world.page.send(CHAT, { text: '/rate', language: 'ru' });
  await world.page.untilSaid(CHAT, /Такой команды я не знаю/);
  await world.page.send(CHAT, { text: 'hello' });
  await world.page.untilSaid(CHAT, /Send me a photo with faces/);
});

test('an empty chat says what the bot does, in the language of the user, else in English', async () => {
  await using world = await openWorld();
  for (const [language, words] of Object.entries({
    ru: /оценку/,
    es: /nota/,
    de: /Wertung/,
    en: /score/,
    fr: /score/,
  })) {
    await waitUntil('nothing was said', async () => words.test(await world.page.description(language)));
  }
  await waitUntil(
    'no short one',
    async () => (await world.page.stats()).calls.setMyShortDescription === LANGUAGES.length + 1,
  );
});

test('in a group it answers commands and photos that mention it, and is quiet otherwise', async () => {
  await using world = await openWorld();
  const group = -100;
  const ofAnna = { userId: 7 };
  await world.page.send(group, { ...ofAnna, text: 'hello everybody' });
  await world.page.send(group, { ...ofAnna, photo: PHOTO });
  await world.page.send(group, { ...ofAnna, photo: PHOTO, text: '@somebody_else_bot look' });
  const mine = await world.page.send(group, { ...ofAnna, photo: PHOTO, text: `look, @${world.bot.username}` });
  await world.page.untilSaid(group, /6\.3/);
  await world.page.send(group, { ...ofAnna, text: '/help' });
  await world.page.untilSaid(group, /The limits/);
  const [answer, help, ...more] = await world.page.fromBot(group);
  expect(answer?.reply_to).toBe(mine);
  expect(help?.text).toMatch(/limits/);
  expect(more).toEqual([]);
});

test('answers commands past the photos that wait for their placeholder', async () => {
  await using world = await openWorld({ estimate: async () => undefined, limits: { maxActivePerUser: 1000 } });
  for (let user = 1; user <= 500; user++) await world.page.send(user, { photo: PHOTO });
  await world.page.send(CHAT, { text: '/help' });
  await world.page.untilSaid(CHAT, /The limits/, 15_000);
});

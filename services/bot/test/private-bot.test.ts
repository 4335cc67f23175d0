import { RetryableError } from '@attrai/contracts/errors';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, test } from 'vitest';
import { accessOf, botConfig } from '../src/config.ts';
import { bent } from './bent.ts';
import { openWorld, PHOTO, TWO_FACES, UNSURE, type World } from './world.ts';

const FRIEND = 4711;
const STRANGER = 4712;
const ADMIN = 4713;
const GROUP = -100_815;
const OPEN_GROUP = -100_816;

const openPrivate = (ids = [FRIEND, OPEN_GROUP], faces = TWO_FACES) =>
  openWorld({
    faces: () => faces,
    bend: (parts) => ({ ...parts, allowed: new Set(ids.map(String)), admins: new Set([String(ADMIN)]) }),
  });

/** Waits until all that was sent so far has been handled, in whatever chat. */
async function settled({ page }: World) {
  await waitUntil('updates were left', async () => (await page.stats()).pending_updates === 0);
  const before = (await page.fromBot(FRIEND)).length;
  await page.send(FRIEND, { text: '/privacy' });
  await waitUntil('the friend got no answer', async () => (await page.fromBot(FRIEND)).length > before);
}

/** The number of files that the bot asked for. */
const downloads = async ({ page }: World) => (await page.stats()).calls.getFile ?? 0;

test.each([
  ['en', /^This bot is private\..* 4712$/],
  ['ru', /^Это закрытый бот\..* 4712$/],
  ['es', /^Este bot es privado\..* 4712$/],
  ['de', /^Dieser Bot ist privat\..* 4712$/],
])(
  'a stranger is told once that the bot is private, and by which number to be let in (%s)',
  async (language, words) => {
    await using world = await openPrivate();
    const { page } = world;
    await page.send(STRANGER, { photo: PHOTO, language });
    await page.untilSaid(STRANGER, words);
    for (const text of ['/start', 'please', '/stats']) await page.send(STRANGER, { text, language });
    await page.send(STRANGER, { photo: PHOTO, language });
    await settled(world);
    expect(await page.fromBot(STRANGER)).toHaveLength(1);
    expect(await downloads(world)).toBe(0);
  },
);

test('allowed users are served anywhere, and everybody in an allowed group', async () => {
  await using world = await openPrivate();
  const { page } = world;
  const mention = { photo: PHOTO, text: '@attrai_sandbox_bot' };
  await page.send(FRIEND, { photo: PHOTO });
  await page.untilSaid(FRIEND, /6\.3/);
  await page.send(ADMIN, { photo: PHOTO });
  await page.untilSaid(ADMIN, /6\.3/);
  await page.send(GROUP, { ...mention, userId: FRIEND });
  await page.untilSaid(GROUP, /6\.3/);
  await page.send(OPEN_GROUP, { ...mention, userId: STRANGER });
  await page.untilSaid(OPEN_GROUP, /6\.3/);
  await world.untilNothingIsLeft();
});

test('in a group strangers are told only if they mean the bot, and nothing of theirs is downloaded', async () => {
  await using world = await openPrivate();
  const { page } = world;
  await page.send(GROUP, { photo: PHOTO, userId: STRANGER });
  await page.send(GROUP, { text: '/weather', userId: STRANGER });
  await settled(world);
  expect(await page.fromBot(GROUP)).toEqual([]);
  await page.send(GROUP, { photo: PHOTO, text: '@attrai_sandbox_bot', userId: STRANGER });
  await page.untilSaid(GROUP, new RegExp(`^This bot is private\\..* ${GROUP}$`));
  await page.send(GROUP, { text: '/help', userId: STRANGER + 100 });
  await settled(world);
  expect(await page.fromBot(GROUP)).toHaveLength(1);
  expect(await downloads(world)).toBe(0);
});

test('an allowed user may have the photo of a stranger looked at, and a stranger nobody’s', async () => {
  await using world = await openPrivate();
  const { page } = world;
  const photo = await page.send(GROUP, { photo: PHOTO, userId: STRANGER });
  await page.send(GROUP, { text: '/score', replyTo: photo, userId: STRANGER });
  await page.untilSaid(GROUP, /^This bot is private/);
  expect(await downloads(world)).toBe(0);
  await page.send(GROUP, { text: '/score', replyTo: photo, userId: FRIEND });
  await page.untilSaid(GROUP, /6\.3/);
});

test('a stranger who presses a button in a group is told so each time, and who sent the photo may', async () => {
  await using world = await openPrivate([FRIEND], [UNSURE]);
  const { page } = world;
  await page.send(GROUP, { photo: PHOTO, text: '@attrai_sandbox_bot', userId: FRIEND });
  await waitUntil('there was no button', async () => (await page.fromBot(GROUP)).some(({ buttons }) => buttons));
  const { message_id } = (await page.fromBot(GROUP)).find(({ buttons }) => buttons)!;
  for (let i = 0; i < 2; i++) {
    const notice = await page.press(GROUP, message_id, { userId: STRANGER });
    expect(notice.text).toMatch(/^This bot is private\..* 4712$/);
  }
  const notice = await page.press(GROUP, message_id, { userId: FRIEND });
  expect(notice.text).toMatch(/looking at it again/);
});

test('an admin is told by /stats what the bot does, in private and in a group, in the own language', async () => {
  await using world = await openPrivate();
  const { page } = world;
  await page.send(FRIEND, { photo: PHOTO });
  await page.untilSaid(FRIEND, /6\.3/);
  await world.untilNothingIsLeft();
  await page.send(ADMIN, { text: '/stats' });
  const { text } = await page.untilSaid(ADMIN, /attrai/);
  expect(text!.split('\n')).toEqual([
    expect.stringMatching(/^attrai \d+\.\d+\.\d+, running for \d+ seconds?$/),
    'In work: 0',
    'Waiting for an estimator: 0',
    'Estimators ready: 1',
    'Answered since the start: 1',
    '• scored: 1',
  ]);
  await page.send(GROUP, { text: '/stats@attrai_sandbox_bot', userId: ADMIN, language: 'de' });
  await page.untilSaid(GROUP, /Bereite Schätzer: 1/);
});

test('for others /stats is a command that does not exist', async () => {
  await using world = await openPrivate();
  const { page } = world;
  await page.send(FRIEND, { text: '/stats' });
  await page.untilSaid(FRIEND, /I don't know this command/);
  await page.send(OPEN_GROUP, { text: '/stats', userId: FRIEND });
  await settled(world);
  expect(await page.fromBot(OPEN_GROUP)).toEqual([]);
});

test('/stats says what can be told while a server is away', async () => {
  const away = () => Promise.reject(new RetryableError('broker_unavailable', 'away'));
  await using world = await openWorld({
    bend: (parts) => ({
      ...parts,
      admins: new Set([String(ADMIN)]),
      broker: bent(parts.broker, { depth: away, consumers: away }),
    }),
  });
  await world.page.send(ADMIN, { text: '/stats' });
  const { text } = await world.page.untilSaid(ADMIN, /attrai/);
  expect(text).toMatch(/In work: 0\nWaiting for an estimator: \?\nEstimators ready: \?/);
});

const SERVERS = {
  BOT_TOKEN: '123456789:AAH-token-of-the-private-test',
  AMQP_URL: 'amqp://mq',
  REDIS_URL: 'redis://redis',
};

test('ids are read however they are separated; without any, everybody may use the bot and nobody ask for /stats', () => {
  const given = { ALLOWED_CHATS: ' 12, -100345\n678', ADMIN_IDS: '12' };
  const { allowed, admins } = accessOf(botConfig.parse({ ...SERVERS, ...given }));
  expect([...allowed!]).toEqual(['12', '-100345', '678']);
  expect([...admins]).toEqual(['12']);
  expect(accessOf(botConfig.parse(SERVERS))).toEqual({ allowed: undefined, admins: new Set() });
});

test.each([
  ['ALLOWED_CHATS', '@group'],
  ['ALLOWED_CHATS', '12;34'],
  ['ALLOWED_CHATS', '-0'],
  ['ALLOWED_CHATS', ' , '],
  ['ADMIN_IDS', '-100345'],
])('%s is refused if it is "%s"', (name, value) => {
  const { error } = botConfig.safeParse({ ...SERVERS, [name]: value });
  expect(error?.issues).toEqual([
    expect.objectContaining({ path: [name], message: expect.stringMatching(/^expected numbers/) }),
  ]);
});

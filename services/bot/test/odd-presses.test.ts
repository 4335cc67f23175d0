import { createLogger } from '@attrai/telemetry/logger';
import type { Update } from 'telegraf/types';
import { expect, test } from 'vitest';
import type { PhotoSize, Want } from '../src/chat/wants.ts';
import type { Acceptance } from '../src/intake/accept-photo.ts';
import { lookAgain } from '../src/intake/press.ts';
import { takeUpdate } from '../src/telegram/take-update.ts';
import { TEXTS } from '../src/texts/languages.ts';
import { LIMITS } from './world.ts';

// Presses as Telegram brings them that the sandbox can't bring.

const { pressed } = TEXTS.en;
const CHAT = { id: -100, type: 'supergroup', title: 'Group' };
const ANNA = { id: 7, is_bot: false, first_name: 'Anna', language_code: 'en' };
const PHOTO = { message_id: 17, date: 1_790_000_000, chat: CHAT, from: ANNA, photo: [size(800, 600)] };
const ANSWER = {
  message_id: 18,
  date: 1_790_000_001,
  chat: CHAT,
  from: { id: 5, is_bot: true },
  photo: [size(800, 600)],
};
const GOOD = {
  id: '1',
  from: ANNA,
  chat_instance: 'x',
  data: 'adults',
  message: { ...ANSWER, reply_to_message: PHOTO },
};

function size(width: number, height: number) {
  return { file_id: `${width}`, file_unique_id: 'u', width, height, file_size: 1_000 };
}

/** What a press is answered with, and the requests it makes. */
async function press(
  query: object,
  { unsureFaces = 'ask' as 'ask' | 'refuse', accept = async (): Promise<Acceptance> => 'accepted' } = {},
) {
  const asked: unknown[] = [];
  const gate = {
    async accept(id: string, photo: PhotoSize, to: unknown) {
      asked.push({ id, photo, to });
      return accept();
    },
  };
  const logger = createLogger({ service: 'test', level: 'silent' });
  const said: [string, string][] = [];
  const handle = async (want: Want) => {
    if (want.kind !== 'press') return expect.unreachable('nobody wrote');
    const words = await lookAgain(want, { token: '1:token', gate, limits: LIMITS, unsureFaces, logger });
    said.push([want.pressId, words]);
  };
  // As it travels: what is undefined isn't there.
  const update = JSON.parse(JSON.stringify({ update_id: 1, callback_query: query })) as Update;
  await takeUpdate(update, { me: { id: 5, username: 'face_bot' }, handle, logger });
  return { said, asked };
}

test('a press asks for the photo that the answer replies to, and names the answer', async () => {
  const { said, asked } = await press(GOOD);
  expect(said).toEqual([['1', pressed.accepted]]);
  const to = { userId: '7', chatId: '-100', messageId: '17', answerId: '18', language: 'en' };
  expect(asked).toMatchObject([{ id: expect.stringMatching(/^[a-z0-9]{20}$/), photo: { fileId: '800' }, to }]);
});

const { message: _, ...inline } = GOOD;
test.each([
  [
    'whose answer is too old to be told',
    { ...GOOD, message: { chat: CHAT, message_id: 18, date: 0 } },
    pressed.too_old,
  ],
  ['of a message sent through the bot elsewhere', { ...inline, inline_message_id: 'x' }, pressed.too_old],
  ['of a button that this bot does not make', { ...GOOD, data: 'children' }, pressed.too_old],
  ['of a game', { ...inline, data: undefined, game_short_name: 'x' }, pressed.too_old],
  ['below an answer that replies to nothing', { ...GOOD, message: ANSWER }, pressed.photo_gone],
  ['below an answer to what is no photo any more', inReplyTo({ photo: undefined, text: 'x' }), pressed.photo_gone],
  ['by another member', { ...GOOD, from: { ...ANNA, id: 8 } }, pressed.not_sender],
  ['of a photo that an admin sent in the name of the group', inReplyTo({ sender_chat: CHAT }), pressed.not_sender],
  [
    'of a photo that came from a channel',
    inReplyTo({ sender_chat: { id: -200, type: 'channel' } }),
    pressed.not_sender,
  ],
  ['of a photo without a sender', inReplyTo({ from: undefined }), pressed.not_sender],
  ['of a photo without a file', inReplyTo({ photo: [{ ...size(800, 600), file_id: '' }] }), pressed.down],
])('a press %s is answered and asks for nothing', async (_what, query, words) => {
  const { said, asked } = await press(query);
  expect(said).toEqual([['1', words]]);
  expect(asked).toEqual([]);
});

function inReplyTo(change: object) {
  return { ...GOOD, message: { ...ANSWER, reply_to_message: { ...PHOTO, ...change } } };
}

test('a button left from before UNSURE_FACES=refuse asks for nothing', async () => {
  const { said, asked } = await press(GOOD, { unsureFaces: 'refuse' });
  expect(said).toEqual([['1', pressed.off]]);
  expect(asked).toEqual([]);
});

test('a press that meets what nobody thought of is answered', async () => {
  const { said } = await press(GOOD, { accept: () => Promise.reject(new TypeError('a bug')) });
  expect(said).toEqual([['1', pressed.down]]);
});

test('a press beyond the limits is told the limit', async () => {
  const { said } = await press(GOOD, { accept: async () => ({ refusal: { kind: 'too_many_active' } }) });
  expect(said).toEqual([['1', TEXTS.en.tooManyActive(LIMITS)]]);
});

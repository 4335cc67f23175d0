import type { Message, Update } from 'telegraf/types';
import { expect, test } from 'vitest';
import { chooseSize } from '../src/intake/choose-size.ts';
import { isForBot, readContent, readUpdate } from '../src/telegram/read-update.ts';

const read = (content: object) => readContent(content as Message);
/** The size that is taken of a photo. */
function taken(content: object) {
  const read = readContent(content as Message);
  return typeof read === 'object' && 'photo' in read ? chooseSize(read.photo, 1_000) : undefined;
}
const size = (width: number, height: number, file_size?: number) => ({
  file_id: `${width}`,
  width,
  height,
  ...(file_size !== undefined && { file_size }),
});

test('takes the largest size of a photo that is within the limit', () => {
  const photo = [size(90, 60, 10), size(1280, 853, 900), size(320, 213, 100), size(2560, 1706, 1_001)];
  expect(taken({ photo })).toEqual({ fileId: '1280', bytes: 900, side: 853 });
});

test('takes the largest size where none is within the limit, so that the refusal can tell', () => {
  expect(taken({ photo: [size(90, 60, 2_000), size(900, 600, 9_000)] })).toMatchObject({ bytes: 9_000, side: 600 });
});

test('takes the largest size where Telegram does not say how large files are', () => {
  expect(taken({ photo: [size(90, 60), size(900, 600)] })).toMatchObject({ fileId: '900', bytes: undefined });
});

test.each(['image/jpeg', 'image/jpg', 'image/png', 'image/webp', 'IMAGE/PNG'])('reads a file of %s', (mime_type) => {
  const document = { file_id: 'f', mime_type, file_size: 5 };
  expect(taken({ document })).toEqual({ fileId: 'f', bytes: 5 });
});

test('goes by the name of a file without a type', () => {
  expect(taken({ document: { file_id: 'f', file_name: 'A.JPG' } })).toMatchObject({ fileId: 'f' });
  expect(read({ document: { file_id: 'f', file_name: 'a.mov' } })).toMatchObject({ what: 'video' });
});

test.each([
  [{ text: 'x' }, 'text'],
  [{ sticker: {} }, 'sticker'],
  [{ animation: {}, document: { mime_type: 'video/mp4' } }, 'gif'],
  [{ video: {} }, 'video'],
  [{ video_note: {} }, 'video_note'],
  [{ voice: {} }, 'voice'],
  [{ audio: {} }, 'voice'],
  [{ document: { mime_type: 'image/heic' } }, 'heic'],
  [{ document: { mime_type: 'image/heif' } }, 'heic'],
  [{ document: { mime_type: 'image/gif' } }, 'gif'],
  [{ document: { mime_type: 'image/svg+xml' } }, 'other_image'],
  [{ document: { mime_type: 'application/pdf' } }, 'pdf'],
  [{ document: { mime_type: 'application/zip' } }, 'document'],
  [{ location: {} }, 'other'],
  [{ poll: {} }, 'other'],
])('%j is no photo but %s', (content, what) => {
  expect(read(content)).toEqual({ what });
});

test.each([{ new_chat_members: [] }, { pinned_message: {} }, { group_chat_created: true }, { migrate_to_chat_id: 1 }])(
  '%j is nothing anybody said',
  (content) => {
    expect(read(content)).toBe('service');
  },
);

test('is meant by its own name alone, or by a reply', () => {
  const me = { id: 5, username: 'face_bot' };
  const isMeant = (content: object) => isForBot(content as Message, me);
  for (const caption of ['@face_bot', 'hi @Face_Bot, look', '(@face_bot)']) expect(isMeant({ caption })).toBe(true);
  for (const caption of ['', 'face_bot', '@face_bot2', 'a@face_bot', '@other_bot'])
    expect(isMeant({ caption })).toBe(false);
  expect(isMeant({ reply_to_message: { from: { id: 5 } } })).toBe(true);
  expect(isMeant({ reply_to_message: { from: { id: 6 } } })).toBe(false);
});

const ME = { id: 5, username: 'face_bot' };
const GROUP = { id: -1_001_234_567_890, type: 'supergroup', title: 'Friends' };
const ANNA = { id: 7, is_bot: false, first_name: 'Anna', language_code: 'de' };
const PHOTO = { photo: [size(200, 100)] };
const wants = (message: object) =>
  readUpdate({ update_id: 1, message: { message_id: 9, date: 1, chat: GROUP, ...message } } as Update, ME);
const replied = { message_id: 8, date: 1, chat: GROUP, from: ANNA, ...PHOTO };

test.each([
  '/score',
  '/SCORE',
  '/score@Face_Bot',
  '/score now',
  '/score\nplease',
  '/score, please',
  'so? /score@face_bot',
])('%j asks for scores, as a reply and as a caption', (text) => {
  expect(wants({ from: ANNA, text, reply_to_message: replied })).toMatchObject({
    kind: 'score',
    messageId: '9',
    from: { id: '7', language: 'de' },
    about: { messageId: '8', content: { photo: { sizes: [{ fileId: '200' }] } }, isOurs: false },
  });
  expect(wants({ from: ANNA, ...PHOTO, caption: text })).toMatchObject({ kind: 'photo', isForBot: true });
});

test.each(['/score@other_bot', '/scores', '/score/x', 'see /score', 'x/score@face_bot', '/score@face_bot2', '/score@'])(
  '%j asks for nothing',
  (text) => {
    expect(wants({ from: ANNA, text, reply_to_message: replied })?.kind).not.toBe('score');
    expect(wants({ from: ANNA, ...PHOTO, caption: text })).toMatchObject({ isForBot: false });
  },
);

test('a text that names the bot asks for the photo it replies to, and for nothing else', () => {
  const text = 'what about this, @face_bot?';
  expect(wants({ from: ANNA, text, reply_to_message: replied })).toMatchObject({ kind: 'score' });
  for (const other of [undefined, { ...replied, photo: undefined, text: 'x' }, { ...replied, from: { id: 5 } }]) {
    const given = JSON.parse(JSON.stringify({ from: ANNA, text, ...(other && { reply_to_message: other }) }));
    expect(wants(given)).toMatchObject({ kind: 'other' });
  }
});

test("a photo of another chat, or one that moves, can be pointed at; a topic's beginning can't", () => {
  const text = '/score';
  const topic = { message_id: 3, date: 1, chat: GROUP, forum_topic_created: { name: 'x', icon_color: 1 } };
  for (const shown of [PHOTO, { live_photo: PHOTO }]) {
    const external_reply = { origin: { type: 'hidden_user' }, ...shown, has_media_spoiler: true };
    expect(wants({ from: ANNA, text, external_reply, reply_to_message: topic })).toMatchObject({
      about: { content: { photo: { sizes: [{ fileId: '200' }] } }, spoiler: true, isOurs: false },
    });
  }
  expect(wants({ from: ANNA, text, reply_to_message: topic })).toMatchObject({ kind: 'score', about: undefined });
  expect(wants({ from: ANNA, text, external_reply: { origin: {} } })).toMatchObject({ about: undefined });
});

test('who writes in the name of a group or channel is that; other bots are nobody', () => {
  const channel = { id: -1_009_999_999_999, type: 'channel', title: 'News' };
  const caption = '/score@face_bot';
  const from = (id: number, is_bot: boolean) => ({ from: { id, is_bot, first_name: 'x' } });
  for (const [sender, id] of [
    [{ ...from(1087968824, true), sender_chat: GROUP }, GROUP.id],
    [{ ...from(136817688, true), sender_chat: channel }, channel.id],
    [{ ...from(777000, false), sender_chat: channel, is_automatic_forward: true }, channel.id],
  ] as const) {
    expect(wants({ ...sender, ...PHOTO, caption })).toMatchObject({ kind: 'photo', from: { id: String(id) } });
    expect(wants({ ...sender, text: '/start' })).toMatchObject({ kind: 'command', from: { id: String(id) } });
  }
  expect(wants({ ...from(99, true), ...PHOTO, caption })).toBeUndefined();
  expect(wants({ ...PHOTO, caption })).toBeUndefined();
});

test('a command may have a payload, as a link to the bot gives it', () => {
  for (const text of ['/start', '/start abc', '/start@Face_bot abc', '/START@face_bot'])
    expect(wants({ from: ANNA, text })).toMatchObject({ kind: 'command', name: 'start' });
  expect(wants({ from: ANNA, text: '/start@other_bot abc' })).toMatchObject({ kind: 'command', name: '' });
});

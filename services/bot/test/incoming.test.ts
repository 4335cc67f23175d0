import type { Message } from 'telegraf/types';
import { expect, test } from 'vitest';
import { isForBot, readIncoming } from '../src/intake/incoming.ts';

const read = (content: object, maxBytes = 1_000) => readIncoming(content as Message, maxBytes);
const size = (width: number, height: number, file_size?: number) => ({
  file_id: `${width}`,
  width,
  height,
  ...(file_size !== undefined && { file_size }),
});

test('takes the largest size of a photo that is within the limit', () => {
  const photo = [size(90, 60, 10), size(1280, 853, 900), size(320, 213, 100), size(2560, 1706, 1_001)];
  expect(read({ photo })).toEqual({ kind: 'photo', fileId: '1280', bytes: 900, side: 853 });
});

test('takes the largest size where none is within the limit, so that the refusal can tell', () => {
  expect(read({ photo: [size(90, 60, 2_000), size(900, 600, 9_000)] })).toMatchObject({ bytes: 9_000, side: 600 });
});

test('takes the largest size where Telegram does not say how large files are', () => {
  expect(read({ photo: [size(90, 60), size(900, 600)] })).toMatchObject({ fileId: '900', bytes: undefined });
});

test.each(['image/jpeg', 'image/jpg', 'image/png', 'image/webp', 'IMAGE/PNG'])('reads a file of %s', (mime_type) => {
  const document = { file_id: 'f', mime_type, file_size: 5 };
  expect(read({ document })).toEqual({ kind: 'photo', fileId: 'f', bytes: 5, side: undefined });
});

test('goes by the name of a file without a type', () => {
  expect(read({ document: { file_id: 'f', file_name: 'A.JPG' } })).toMatchObject({ kind: 'photo' });
  expect(read({ document: { file_id: 'f', file_name: 'a.heic' } })).toMatchObject({ what: 'heic' });
  expect(read({ document: { file_id: 'f' } })).toMatchObject({ what: 'document' });
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
  [{ document: { mime_type: 'application/pdf' } }, 'document'],
  [{ location: {} }, 'other'],
  [{ poll: {} }, 'other'],
])('%j is no photo but %s', (content, what) => {
  expect(read(content)).toEqual({ kind: 'not_a_photo', what });
});

test.each([{ new_chat_members: [] }, { pinned_message: {} }, { group_chat_created: true }, { migrate_to_chat_id: 1 }])(
  '%j is nothing anybody said',
  (content) => {
    expect(read(content)).toEqual({ kind: 'service' });
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

import type { Message } from 'telegraf/types';
import { expect, test } from 'vitest';
import { chooseSize } from '../src/intake/choose-size.ts';
import { isForBot, readContent } from '../src/telegram/read-update.ts';

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

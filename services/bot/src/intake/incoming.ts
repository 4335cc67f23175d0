import type { Message } from 'telegraf/types';
import type { NotAPhoto } from '../texts/texts.ts';

/** What a message is to this bot. */
export type Incoming =
  | {
      kind: 'photo';
      fileId: string;
      /** Unknown for some files. */
      bytes: number | undefined;
      /** Pixels of the shorter side; unknown for files. */
      side: number | undefined;
    }
  | { kind: 'not_a_photo'; what: NotAPhoto }
  /** Nothing anybody said: someone joined, a title changed, ... */
  | { kind: 'service' };

const READABLE = /^image\/(jpe?g|png|webp)$/i;
const READABLE_NAME = /\.(jpe?g|png|webp)$/i;

/** Contents by the field that holds them. Animations come with a `document` too, so they are looked for first. */
const OTHER_CONTENTS: [field: string, what: NotAPhoto][] = [
  ['text', 'text'],
  ['sticker', 'sticker'],
  ['animation', 'gif'],
  ['video', 'video'],
  ['video_note', 'video_note'],
  ['voice', 'voice'],
  ['audio', 'voice'],
  ...['contact', 'location', 'venue', 'poll', 'dice', 'game', 'story', 'paid_media', 'invoice', 'checklist'].map(
    (field): [string, NotAPhoto] => [field, 'other'],
  ),
];

/** Sorts out a message. Of a photo's sizes it takes the largest within `maxBytes`. */
export function readIncoming(message: Message, maxBytes: number): Incoming {
  if ('photo' in message) return readPhoto(message.photo, maxBytes);
  const other = OTHER_CONTENTS.find(([field]) => field in message);
  if (other) return { kind: 'not_a_photo', what: other[1] };
  if ('document' in message) return readDocument(message.document);
  return { kind: 'service' };
}

function readPhoto(sizes: Message.PhotoMessage['photo'], maxBytes: number): Incoming {
  const largestFirst = [...sizes].sort((a, b) => b.width * b.height - a.width * a.height);
  const size = largestFirst.find(({ file_size }) => (file_size ?? 0) <= maxBytes) ?? largestFirst[0];
  if (!size) return { kind: 'not_a_photo', what: 'other' };
  return { kind: 'photo', fileId: size.file_id, bytes: size.file_size, side: Math.min(size.width, size.height) };
}

function readDocument({ mime_type, file_name, file_id, file_size }: Message.DocumentMessage['document']): Incoming {
  const readable = mime_type === undefined ? READABLE_NAME.test(file_name ?? '') : READABLE.test(mime_type);
  if (readable) return { kind: 'photo', fileId: file_id, bytes: file_size, side: undefined };
  if (/^image\/hei[cf]/i.test(mime_type ?? '') || /\.hei[cf]$/i.test(file_name ?? '')) {
    return { kind: 'not_a_photo', what: 'heic' };
  }
  if (/^image\/gif$/i.test(mime_type ?? '')) return { kind: 'not_a_photo', what: 'gif' };
  if (/^image\//i.test(mime_type ?? '')) return { kind: 'not_a_photo', what: 'other_image' };
  if (/^video\//i.test(mime_type ?? '')) return { kind: 'not_a_photo', what: 'video' };
  if (/^audio\//i.test(mime_type ?? '')) return { kind: 'not_a_photo', what: 'voice' };
  return { kind: 'not_a_photo', what: 'document' };
}

/** True if the message is meant for the bot: its caption names it, or it replies to one of the bot's messages. */
export function isForBot(message: Message, me: { id: number; username: string }): boolean {
  if ('reply_to_message' in message && message.reply_to_message?.from?.id === me.id) return true;
  const caption = 'caption' in message ? (message.caption ?? '') : '';
  return new RegExp(`(^|[^\\w@])@${me.username}(?!\\w)`, 'i').test(caption);
}

import type { CallbackQuery, Message, Update, User } from 'telegraf/types';
import { z } from 'zod';
import type { NotAPhoto, Person, Photo, PhotoSize, PressedButton, Want } from '../chat/wants.ts';

const READABLE = /^image\/(jpe?g|png|webp)$/i;
const READABLE_NAME = /\.(jpe?g|png|webp)$/i;
const COMMAND = /^\/(\w+)(?:@(\w+))?(?=\s|$)/;

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

/** What Telegram promises of a message and of a press: without it nobody could be answered. */
const message = z.object({ message_id: z.int(), chat: z.object({ id: z.int() }), from: z.object({ id: z.int() }) });
const press = z.object({ id: z.string().min(1), from: z.object({ id: z.int() }) });
/** Without these it is answered all the same. */
const topic = z.object({ is_topic_message: z.literal(true), message_thread_id: z.int().positive() });
const album = z.object({ media_group_id: z.string().min(1) });
const fileIds = z.array(z.object({ fileId: z.string().min(1) }));

/** What this bot is on Telegram. */
export interface Me {
  id: number;
  username: string;
}

/** What a message holds for this bot; 'service' is nothing anybody said: someone joined, a title changed, ... */
export type Content = { photo: Photo } | { what: NotAPhoto } | 'service';

/**
 * What somebody wants; undefined if nobody wants anything. Throws what it meets in an update that isn't as Telegram promises,
 * except for a press, whose user waits.
 */
export function readUpdate(update: Update, me: Me): Want | undefined {
  if ('callback_query' in update) return readPress(update.callback_query);
  if (!('message' in update) || !update.message.from || update.message.from.is_bot) return undefined;
  return readMessage(update.message, me);
}

function readMessage(received: Message, me: Me): Want | undefined {
  const content = readContent(received);
  if (content === 'service') return undefined;
  const { chat, message_id, from } = message.parse(received);
  const about = {
    chatId: String(chat.id),
    messageId: String(message_id),
    from: personOf(received.from!, from.id),
    inPrivate: received.chat.type === 'private',
    topicId: topicOf(received),
  };
  if ('photo' in content) {
    const albumId = album.safeParse(received).data?.media_group_id;
    const spoiler = spoilerOf(received);
    return { kind: 'photo', ...about, photo: content.photo, albumId, spoiler, isForBot: isForBot(received, me) };
  }
  const text = 'text' in received ? received.text : '';
  const [, name, to] = COMMAND.exec(text) ?? [];
  if (name !== undefined && (to === undefined || to.toLowerCase() === me.username.toLowerCase())) {
    return { kind: 'command', ...about, name: name.toLowerCase() };
  }
  // Of another bot, or none at all.
  if (text.startsWith('/')) return { kind: 'command', ...about, name: '' };
  return { kind: 'other', ...about, what: content.what };
}

function readPress(query: CallbackQuery): PressedButton {
  const { id, from } = press.parse(query);
  const pressed: PressedButton = { kind: 'press', pressId: id, from: personOf(query.from, from.id) };
  try {
    if ('data' in query) pressed.data = query.data;
    const { message: answer } = query;
    if (answer === undefined || answer.date === 0) return pressed;
    const { chat, message_id } = message.omit({ from: true }).parse(answer);
    pressed.answer = {
      chatId: String(chat.id),
      messageId: String(message_id),
      inPrivate: answer.chat.type === 'private',
      topicId: topicOf(answer),
    };
    if ('reply_to_message' in answer && answer.reply_to_message)
      pressed.answer.about = readAbout(answer.reply_to_message);
    return pressed;
  } catch {
    return { ...pressed, unreadable: true };
  }
}

/**
 * Who sent it isn't told of what was sent in the name of a channel or of the group itself (`sender_chat`): a press comes from a
 * person, and Telegram doesn't tell which of the admins it is from.
 */
function readAbout(received: Message) {
  const content = readContent(received);
  const { message_id } = message.pick({ message_id: true }).parse(received);
  const isNamed = received.sender_chat === undefined && received.from !== undefined;
  return {
    messageId: String(message_id),
    senderId: isNamed ? String(received.from!.id) : undefined,
    photo: content !== 'service' && 'photo' in content ? content.photo : undefined,
    spoiler: spoilerOf(received),
  };
}

/** In a group without topics, replies have a `message_thread_id` too; there it can't be written to. */
function topicOf(received: object): string | undefined {
  const found = topic.safeParse(received).data;
  return found && String(found.message_thread_id);
}

function spoilerOf(received: Message): true | undefined {
  return 'has_media_spoiler' in received && received.has_media_spoiler ? true : undefined;
}

/** Sorts out a message. */
export function readContent(received: Message): Content {
  if ('photo' in received) return readPhoto(received.photo);
  const other = OTHER_CONTENTS.find(([field]) => field in received);
  if (other) return { what: other[1] };
  if ('document' in received) return readDocument(received.document);
  return 'service';
}

function readPhoto(sizes: Message.PhotoMessage['photo']): Content {
  if (sizes.length === 0) return { what: 'other' };
  const largestFirst = [...sizes].sort((a, b) => b.width * b.height - a.width * a.height);
  return photoOf(
    largestFirst.map(({ file_id, file_size, width, height }) => ({
      fileId: file_id,
      bytes: file_size,
      side: Math.min(width, height),
    })),
  );
}

function photoOf(sizes: PhotoSize[]): Content {
  fileIds.parse(sizes);
  return { photo: { sizes } };
}

function readDocument({ mime_type, file_name, file_id, file_size }: Message.DocumentMessage['document']): Content {
  const readable = mime_type === undefined ? READABLE_NAME.test(file_name ?? '') : READABLE.test(mime_type);
  if (readable) return photoOf([{ fileId: file_id, bytes: file_size }]);
  if (/^image\/hei[cf]/i.test(mime_type ?? '') || /\.hei[cf]$/i.test(file_name ?? '')) return { what: 'heic' };
  if (/^image\/gif$/i.test(mime_type ?? '')) return { what: 'gif' };
  if (/^image\//i.test(mime_type ?? '')) return { what: 'other_image' };
  if (/^video\//i.test(mime_type ?? '')) return { what: 'video' };
  if (/^audio\//i.test(mime_type ?? '')) return { what: 'voice' };
  return { what: 'document' };
}

/** True if the message is meant for the bot: its caption names it, or it replies to one of the bot's messages. */
export function isForBot(received: Message, me: Me): boolean {
  if ('reply_to_message' in received && received.reply_to_message?.from?.id === me.id) return true;
  const caption = 'caption' in received ? (received.caption ?? '') : '';
  return new RegExp(`(^|[^\\w@])@${me.username}(?!\\w)`, 'i').test(caption);
}

function personOf(user: User, id: number): Person {
  const language: unknown = user.language_code;
  return { id: String(id), language: typeof language === 'string' ? language : undefined };
}

import type { CallbackQuery, Message, Update } from 'telegraf/types';
import { z } from 'zod';
import type { NotAPhoto, Person, Photo, PhotoSize, PointedAt, PressedButton, Want } from '../chat/wants.ts';
import { kindByLabel } from './file-label.ts';

const COMMAND = /^\/(\w+)(?:@(\w+))?(?![\w@/])/;

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

/** Fields without which nobody could be answered. */
const withId = z.object({ id: z.int() });
const message = z.object({ message_id: z.int(), chat: withId });
const press = z.object({ id: z.string().min(1), from: withId });
/** Fields that may be missing. */
const topic = z.object({ is_topic_message: z.literal(true), message_thread_id: z.int().positive() });
const album = z.object({ media_group_id: z.string().min(1) });
/** A photo that moves. A message has its `photo` too; an `external_reply` does not. */
const livePhoto = z.object({ photo: z.array(z.custom<Message.PhotoMessage['photo'][number]>()) });
const fileIds = z.array(z.object({ fileId: z.string().min(1) }));

/** This bot, as getMe tells. */
export interface Me {
  id: number;
  username: string;
}

/** 'service': nobody sent it. Someone joined, a title changed, ... */
type Content = { photo: Photo } | { what: NotAPhoto } | 'service';

/**
 * What somebody wants; undefined if nobody wants anything. Throws if the update isn't as Telegram's documentation says, except for
 * a press: its user waits for an answer.
 */
export function readUpdate(update: Update, me: Me): Want | undefined {
  if ('callback_query' in update) return readPress(update.callback_query);
  return 'message' in update ? readMessage(update.message, me) : undefined;
}

function readMessage(received: Message, me: Me): Want | undefined {
  const content = readContent(received);
  const from = senderOf(received);
  if (content === 'service' || from === undefined) return undefined;
  const { chat, message_id } = message.parse(received);
  const about = {
    chatId: String(chat.id),
    messageId: String(message_id),
    from,
    inPrivate: received.chat.type === 'private',
    topicId: topicOf(received),
  };
  const inAlbum = { albumId: albumOf(received), isForBot: isForBot(received, me) };
  if ('photo' in content) {
    return { kind: 'photo', ...about, ...inAlbum, photo: content.photo, spoiler: spoilerOf(received) };
  }
  const words = wordsOf(received);
  const isText = 'text' in received;
  if (asksForScore(words, me)) {
    const pointedAt = isText ? readPointedAt(received, me) : { content, albumId: inAlbum.albumId, isOurs: false };
    return { kind: 'score', ...about, about: pointedAt };
  }
  if (isText && names(words, me)) {
    const pointedAt = readPointedAt(received, me);
    if (pointedAt && !pointedAt.isOurs && 'photo' in pointedAt.content)
      return { kind: 'score', ...about, about: pointedAt };
  }
  if (isText && words.startsWith('/')) return { kind: 'command', ...about, name: commandOf(words, me) ?? '' };
  return { kind: 'other', ...about, ...inAlbum, what: content.what };
}

/** The command's name in lower case; undefined if there is none, or if it is for another bot. */
function commandOf(words: string, me: Me): string | undefined {
  const [, name, to = me.username] = COMMAND.exec(words) ?? [];
  return to.toLowerCase() === me.username.toLowerCase() ? name?.toLowerCase() : undefined;
}

/** Whether the words begin with `/score`, or have `/score@` and this bot's name anywhere. */
function asksForScore(words: string, me: Me): boolean {
  return commandOf(words, me) === 'score' || new RegExp(`(^|\\s)/score@${me.username}(?!\\w)`, 'i').test(words);
}

function names(words: string, me: Me): boolean {
  return new RegExp(`(^|[^\\w@])@${me.username}(?!\\w)`, 'i').test(words);
}

function wordsOf(received: Message): string {
  if ('text' in received) return received.text;
  return 'caption' in received ? (received.caption ?? '') : '';
}

/**
 * What a message replies to. In a topic, a message that replies to nothing has the service message that opened the topic there. A
 * reply to another chat or topic comes as `external_reply`, which the bot can't reply to.
 */
function readPointedAt(received: Message, me: Me): PointedAt | undefined {
  const replied = 'reply_to_message' in received ? (received.reply_to_message as Message | undefined) : undefined;
  const content = replied ? readContent(replied) : 'service';
  if (replied && content !== 'service') {
    return {
      messageId: String(message.pick({ message_id: true }).parse(replied).message_id),
      content,
      albumId: albumOf(replied),
      spoiler: spoilerOf(replied),
      isOurs: replied.from?.id === me.id,
    };
  }
  const external = 'external_reply' in received ? (received.external_reply as unknown as Message) : undefined;
  const shown = external ? readContent(external) : 'service';
  return external && shown !== 'service' ? { content: shown, spoiler: spoilerOf(external), isOurs: false } : undefined;
}

function readPress(query: CallbackQuery): PressedButton {
  const { id } = press.parse(query);
  const pressed: PressedButton = { kind: 'press', pressId: id, from: personOf(query.from) };
  try {
    if ('data' in query) pressed.data = query.data;
    const { message: answer } = query;
    if (answer === undefined || answer.date === 0) return pressed;
    const { chat, message_id } = message.parse(answer);
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
 * A photo that was sent in the name of a channel or of the group (`sender_chat`) has no sender here: Telegram doesn't tell which
 * person sent it.
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

/** In a group without topics replies have a `message_thread_id` too, which can't be written to. */
function topicOf(received: object): string | undefined {
  const found = topic.safeParse(received).data;
  return found && String(found.message_thread_id);
}

function albumOf(received: Message): string | undefined {
  return album.safeParse(received).data?.media_group_id;
}

function spoilerOf(received: Message): true | undefined {
  return 'has_media_spoiler' in received && received.has_media_spoiler ? true : undefined;
}

export function readContent(received: Message): Content {
  if ('photo' in received) return readPhoto(received.photo);
  if ('live_photo' in received) return readPhoto(livePhoto.parse(received.live_photo).photo);
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

/** A file whose type and name don't tell is taken for a photo until it is downloaded. */
function readDocument({ mime_type, file_name, file_id, file_size }: Message.DocumentMessage['document']): Content {
  const what = kindByLabel(mime_type, file_name);
  return what === undefined ? photoOf([{ fileId: file_id, bytes: file_size }]) : { what };
}

/** Whether the words name the bot or ask for scores, or the message replies to one of the bot's. */
export function isForBot(received: Message, me: Me): boolean {
  if ('reply_to_message' in received && received.reply_to_message?.from?.id === me.id) return true;
  const words = wordsOf(received);
  return names(words, me) || asksForScore(words, me);
}

/**
 * Who sent a message; undefined if a bot did. A message in the name of a group or channel is from that chat: in `from` Telegram
 * puts a bot of its own.
 */
function senderOf({ sender_chat, from }: Message): Person | undefined {
  if (sender_chat !== undefined) return { id: String(withId.parse(sender_chat).id) };
  return from === undefined || from.is_bot ? undefined : personOf(from);
}

function personOf(user: object): Person {
  const { id } = withId.parse(user);
  const language: unknown = 'language_code' in user ? user.language_code : undefined;
  return { id: String(id), language: typeof language === 'string' ? language : undefined };
}

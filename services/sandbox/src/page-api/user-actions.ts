import { characters, MAX_CAPTION, MAX_TEXT, plainText } from '../bot-api/formatted-text.ts';
import { show } from '../bot-api/method.ts';
import type { Telegram } from '../bot-api/telegram.ts';
import { chatInstance, wireUser } from '../bot-api/wire.ts';
import type { Upload } from '../chat/media-store.ts';
import type { Content, StoredMessage, User } from '../chat/message.ts';
import { UnusablePhoto } from '../chat/photo-sizes.ts';
import { HttpError } from './http-error.ts';

export interface UserMessage {
  text: string;
  photo: Upload | undefined;
  document: Upload | undefined;
  replyTo: number | undefined;
  mediaGroupId: string | undefined;
  clientKey: string | undefined;
}

/**
 * What a user's app does when it sends: the message is kept and the bot is told. The same `clientKey` again is the
 * same message, so that a page that lost the connection may repeat itself. Throws HttpError.
 */
export async function userSends(
  chatId: number,
  from: User,
  sent: UserMessage,
  telegram: Telegram,
): Promise<StoredMessage> {
  const content = await makeContent(sent, telegram);
  const sentBefore = telegram.chats.findByClientKey(chatId, sent.clientKey);
  if (sentBefore) return sentBefore;
  const { replyTo, mediaGroupId, clientKey } = sent;
  if (replyTo !== undefined && !telegram.chats.find(chatId, replyTo)) {
    throw new HttpError(404, `There is no message ${replyTo} to reply to in this chat.`);
  }
  const message = telegram.chats.post(chatId, { from, content, replyTo, mediaGroupId, clientKey }, 'user');
  telegram.updates.push('message', show(message, telegram));
  return message;
}

/** Changes text or caption of a user's own message. Throws HttpError. */
export function userEdits(message: StoredMessage, text: string, telegram: Telegram): void {
  if (message.from === 'bot') throw new HttpError(403, "The bot's messages can't be edited by the user.");
  const { content } = message;
  const words = checkLength(text, content.kind === 'text' ? MAX_TEXT : MAX_CAPTION);
  if (content.kind === 'text' && words.text === '') throw new HttpError(400, 'text: must not be empty');
  const edited: Content = content.kind === 'text' ? { kind: 'text', text: words } : { ...content, caption: words };
  telegram.chats.edit(message, edited, undefined, 'user');
  telegram.updates.push('edited_message', show(message, telegram));
}

/** Presses an inline button; returns the id of the callback query. Throws HttpError. */
export function userPresses(
  message: StoredMessage,
  from: User,
  data: string,
  clientKey: string | undefined,
  telegram: Telegram,
): string {
  const known = message.buttons?.flat().some((button) => button.callback_data === data);
  if (!known) throw new HttpError(400, 'data: no button of this message has it');
  const id = telegram.callbacks.open({ chatId: message.chatId, clientKey });
  telegram.updates.push('callback_query', {
    id,
    from: wireUser(from),
    message: show(message, telegram),
    chat_instance: chatInstance(message.chatId),
    data,
  });
  return id;
}

async function makeContent({ text, photo, document }: UserMessage, { media }: Telegram): Promise<Content> {
  if (photo && document) throw new HttpError(400, 'Send either a photo or a document, not both.');
  if (!photo && !document) {
    const words = checkLength(text, MAX_TEXT);
    if (words.text === '') throw new HttpError(400, 'Send a text, a photo or a document.');
    return { kind: 'text', text: words };
  }
  const caption = checkLength(text, MAX_CAPTION);
  const { bytes } = (photo ?? document)!;
  if (bytes.length === 0) throw new HttpError(400, 'The file is empty.');
  if (document) return { kind: 'document', file: media.addDocument(document), caption };
  try {
    return { kind: 'photo', sizes: await media.addPhoto(bytes), caption };
  } catch (error) {
    if (!(error instanceof UnusablePhoto)) throw error;
    throw new HttpError(415, `This can't be sent as a photo (${error.message}). Send it as a file.`);
  }
}

function checkLength(text: string, limit: number): ReturnType<typeof plainText> {
  const words = plainText(text);
  if (characters(words.text) > limit) throw new HttpError(400, `text: at most ${limit} characters`);
  return words;
}

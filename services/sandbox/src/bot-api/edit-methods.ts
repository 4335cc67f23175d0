import { isDeepStrictEqual } from 'node:util';
import { type Content, type StoredMessage, textOf } from '../chat/message.ts';
import { badRequest } from './api-error.ts';
import { checkRight, readChat } from './chat-access.ts';
import { readCaption, readText } from './formatted-text.ts';
import { readButtons } from './inline-keyboard.ts';
import { readMedia } from './input-media.ts';
import type { Method } from './method.ts';
import type { Params } from './params.ts';
import type { Telegram } from './telegram.ts';
import { wireMessage } from './wire.ts';

/** Messages can be deleted for this long. */
const DELETABLE_MS = 48 * 3600 * 1000;

const editMessageText: Method = (params, telegram) => {
  const message = editable(params, telegram);
  if (message.content.kind !== 'text') throw badRequest('there is no text in the message to edit');
  return edit(message, { kind: 'text', text: readText(params) }, params, telegram);
};

const editMessageCaption: Method = (params, telegram) => {
  const message = editable(params, telegram);
  if (!('caption' in message.content)) throw badRequest('there is no caption in the message to edit');
  return edit(message, { ...message.content, caption: readCaption(params) }, params, telegram);
};

/** May turn a text message into a photo or document. */
const editMessageMedia: Method = async (params, telegram) => {
  editable(params, telegram);
  const content = await readMedia(params, telegram);
  // Find it again: it may have been deleted while the photo was read.
  const message = editable(params, telegram);
  checkRight(telegram.chats.open(message.chatId), content.kind);
  return edit(message, content, params, telegram);
};

const editMessageReplyMarkup: Method = (params, telegram) => {
  const message = editable(params, telegram);
  return edit(message, message.content, params, telegram);
};

const deleteMessage: Method = (params, telegram) => {
  const chat = readChat(params, telegram, 'delete');
  const message = telegram.chats.find(chat.id, params.integer('message_id'));
  if (!message) throw badRequest('message to delete not found');
  const foreign = message.from !== 'bot' && chat.kind !== 'private' && chat.botStatus !== 'administrator';
  if (foreign || Date.now() - message.sentAt > DELETABLE_MS) throw badRequest("message can't be deleted");
  telegram.chats.delete(message, 'deleteMessage');
  return true;
};

export const editMethods: Record<string, Method> = {
  editMessageText,
  editMessageCaption,
  editMessageMedia,
  editMessageReplyMarkup,
  deleteMessage,
};

function editable(params: Params, telegram: Telegram): StoredMessage {
  const chat = readChat(params, telegram, 'edit');
  const messageId = params.integer('message_id');
  if (messageId === undefined) throw badRequest('message identifier is not specified');
  const message = telegram.chats.find(chat.id, messageId);
  if (!message) throw badRequest('message to edit not found');
  if (message.from !== 'bot') throw badRequest("message can't be edited");
  return message;
}

/** Without `reply_markup` an edit removes the buttons. As in Telegram, its result has no `reply_to_message`. */
function edit(message: StoredMessage, content: Content, params: Params, telegram: Telegram): object {
  const buttons = readButtons(params);
  if (sameContent(message.content, content) && isDeepStrictEqual(message.buttons ?? [], buttons ?? [])) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current ' +
        'content and reply markup of the message',
    );
  }
  telegram.pace.count(telegram.chats.open(message.chatId), 1);
  telegram.chats.edit(message, content, buttons, params.method);
  return wireMessage(message, telegram);
}

function sameContent(a: Content, b: Content): boolean {
  return isDeepStrictEqual([a.kind, fileOf(a), textOf(a)], [b.kind, fileOf(b), textOf(b)]);
}

function fileOf(content: Content): string | undefined {
  if (content.kind === 'photo') return content.sizes.at(-1)?.id;
  return 'file' in content ? content.file.id : undefined;
}

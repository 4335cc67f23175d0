import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Button, type Content, type StoredMessage, textOf } from '../chat/message.ts';
import { badRequest } from './api-error.ts';
import { readCaption, readText } from './formatted-text.ts';
import { readButtons } from './inline-keyboard.ts';
import { readDocument, readPhoto } from './input-media.ts';
import { type Method, readChat } from './method.ts';
import { Params } from './params.ts';
import type { Telegram } from './telegram.ts';
import { wireMessage } from './wire.ts';

/** Telegram lets a bot delete messages for this long. */
const DELETABLE_MS = 48 * 3600 * 1000;

const inputMedia = z.looseObject({ type: z.string(), media: z.string() });

const editMessageText: Method = (params, telegram) => {
  const message = editable(params, telegram);
  if (message.content.kind !== 'text') throw badRequest('there is no text in the message to edit');
  return edit(message, { kind: 'text', text: readText(params) }, 'editMessageText', params, telegram);
};

const editMessageCaption: Method = (params, telegram) => {
  const message = editable(params, telegram);
  if (message.content.kind === 'text') throw badRequest('there is no caption in the message to edit');
  return edit(message, { ...message.content, caption: readCaption(params) }, 'editMessageCaption', params, telegram);
};

/** A text message may become a photo or document this way. */
const editMessageMedia: Method = async (params, telegram) => {
  editable(params, telegram);
  const content = await readMedia(params, telegram);
  // Looked up again: the message may have been deleted while the photo was read.
  return edit(editable(params, telegram), content, 'editMessageMedia', params, telegram);
};

const editMessageReplyMarkup: Method = (params, telegram) => {
  const message = editable(params, telegram);
  return edit(message, message.content, 'editMessageReplyMarkup', params, telegram);
};

const deleteMessage: Method = (params, telegram) => {
  const chatId = readChat(params, telegram);
  const message = telegram.chats.find(chatId, params.integer('message_id') ?? 0);
  if (!message) throw badRequest('message to delete not found');
  const foreign = message.from !== 'bot' && chatId < 0;
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
  const chatId = readChat(params, telegram);
  const messageId = params.integer('message_id');
  if (messageId === undefined) throw badRequest('message identifier is not specified');
  const message = telegram.chats.find(chatId, messageId);
  if (!message) throw badRequest('message to edit not found');
  if (message.from !== 'bot') throw badRequest("message can't be edited");
  return message;
}

/** Without `reply_markup` an edit takes the buttons away. Its result has no `reply_to_message`, as Telegram's. */
function edit(message: StoredMessage, content: Content, by: string, params: Params, telegram: Telegram): object {
  const buttons = readButtons(params);
  if (sameContent(message.content, content) && sameButtons(message.buttons, buttons)) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current ' +
        'content and reply markup of the message',
    );
  }
  telegram.chats.edit(message, content, buttons, by);
  return wireMessage(message, telegram.bot);
}

function sameContent(a: Content, b: Content): boolean {
  return isDeepStrictEqual([a.kind, fileOf(a), textOf(a)], [b.kind, fileOf(b), textOf(b)]);
}

function sameButtons(a: Button[][] | undefined, b: Button[][] | undefined): boolean {
  return isDeepStrictEqual(a ?? [], b ?? []);
}

function fileOf(content: Content): string | undefined {
  if (content.kind === 'text') return undefined;
  return content.kind === 'photo' ? content.sizes.at(-1)?.id : content.file.id;
}

async function readMedia(params: Params, telegram: Telegram): Promise<Content> {
  const parsed = inputMedia.safeParse(params.json('media'));
  if (!parsed.success) throw badRequest("can't parse InputMedia: expected an Object with type and media");
  const { type, media } = parsed.data;
  const caption = readCaption(new Params(parsed.data));
  const source = { upload: params.attached(media), value: media };
  if (type === 'photo') return { kind: 'photo', sizes: await readPhoto(source, telegram.media), caption };
  if (type === 'document') return { kind: 'document', file: readDocument(source, telegram.media), caption };
  throw badRequest(`type of InputMedia must be photo or document (the sandbox has no ${type})`);
}

import type { Content } from '../chat/message.ts';
import { badRequest } from './api-error.ts';
import { readCaption, readText } from './formatted-text.ts';
import { readButtons } from './inline-keyboard.ts';
import { readDocument, readPhoto } from './input-media.ts';
import { type Method, readChat, show } from './method.ts';
import type { Params } from './params.ts';
import type { Telegram } from './telegram.ts';

const ACTIONS = new Set([
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
]);

const sendMessage: Method = (params, telegram) => {
  const chatId = readChat(params, telegram);
  return send(chatId, { kind: 'text', text: readText(params) }, 'sendMessage', params, telegram);
};

const sendPhoto: Method = async (params, telegram) => {
  const chatId = readChat(params, telegram);
  const caption = readCaption(params);
  const source = { upload: params.upload('photo'), value: params.string('photo') };
  const sizes = await readPhoto(source, telegram.media);
  return send(chatId, { kind: 'photo', sizes, caption }, 'sendPhoto', params, telegram);
};

const sendDocument: Method = (params, telegram) => {
  const chatId = readChat(params, telegram);
  const caption = readCaption(params);
  const source = { upload: params.upload('document'), value: params.string('document') };
  const file = readDocument(source, telegram.media);
  return send(chatId, { kind: 'document', file, caption }, 'sendDocument', params, telegram);
};

const sendChatAction: Method = (params, telegram) => {
  const chatId = readChat(params, telegram);
  const action = params.string('action') ?? '';
  if (!ACTIONS.has(action)) throw badRequest('wrong parameter action in request');
  telegram.chats.showAction(chatId, action);
  return true;
};

export const sendMethods: Record<string, Method> = { sendMessage, sendPhoto, sendDocument, sendChatAction };

function send(chatId: number, content: Content, by: string, params: Params, telegram: Telegram): object {
  const replyTo = readReplyTo(params, chatId, telegram);
  const message = telegram.chats.post(chatId, { from: 'bot', content, replyTo, buttons: readButtons(params) }, by);
  return show(message, telegram);
}

/** `reply_parameters`, or `reply_to_message_id` of older clients. */
function readReplyTo(params: Params, chatId: number, { chats }: Telegram): number | undefined {
  const given = params.json('reply_parameters') as
    | { message_id?: unknown; allow_sending_without_reply?: unknown }
    | undefined;
  const messageId = given ? Number(given.message_id) : params.integer('reply_to_message_id');
  if (messageId === undefined) return undefined;
  if (chats.find(chatId, messageId)) return messageId;
  if (given?.allow_sending_without_reply === true || params.boolean('allow_sending_without_reply')) return undefined;
  throw badRequest('message to be replied not found');
}

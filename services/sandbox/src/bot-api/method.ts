import type { StoredMessage } from '../chat/message.ts';
import { badRequest } from './api-error.ts';
import type { Params } from './params.ts';
import type { Telegram } from './telegram.ts';
import { wireMessage } from './wire.ts';

/** One method of the Bot API: its result, or an ApiError thrown. `signal` is aborted when the caller has gone. */
export type Method = (params: Params, telegram: Telegram, signal: AbortSignal) => unknown;

/** The chat a call is about. Throws ApiError when there is none. */
export function readChat(params: Params, { chats }: Telegram): number {
  if (!params.string('chat_id')) throw badRequest('chat_id is empty');
  const chatId = params.integer('chat_id');
  if (chatId === undefined || !chats.has(chatId)) throw badRequest('chat not found');
  return chatId;
}

/** A message as the Bot API shows it, with the one it answers. */
export function show(message: StoredMessage, { bot, chats }: Telegram): object {
  const repliedTo = message.replyTo === undefined ? undefined : chats.find(message.chatId, message.replyTo);
  return wireMessage(message, bot, repliedTo);
}

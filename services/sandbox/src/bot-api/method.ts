import type { StoredMessage } from '../chat/message.ts';
import type { Params } from './params.ts';
import type { Telegram } from './telegram.ts';
import { wireMessage } from './wire.ts';

/** A method of the Bot API. Returns its result or throws ApiError. `signal` aborts when the caller is gone. */
export type Method = (params: Params, telegram: Telegram, signal: AbortSignal) => unknown;

/** A message in the Bot API's format, with the message that it replies to. */
export function show(message: StoredMessage, telegram: Telegram): object {
  return wireMessage(message, telegram, repliedTo(message, telegram));
}

/**
 * The message that another one replies to. In a topic of a supergroup or a thread of replies, the Bot API server also takes
 * other messages as replies: to the first message of that topic or thread.
 */
export function repliedTo(message: StoredMessage, { chats }: Telegram): StoredMessage | undefined {
  const { chatId, id, replyTo, threadId } = message;
  if (replyTo !== undefined) return chats.find(chatId, replyTo);
  const inThread = chats.get(chatId)?.kind === 'supergroup' && threadId !== id;
  return inThread ? chats.find(chatId, threadId) : undefined;
}

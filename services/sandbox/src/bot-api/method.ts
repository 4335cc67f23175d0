import type { StoredMessage } from '../chat/message.ts';
import type { Params } from './params.ts';
import type { Telegram } from './telegram.ts';
import { wireMessage } from './wire.ts';

/** One method of the Bot API: its result, or an ApiError thrown. `signal` is aborted when the caller has gone. */
export type Method = (params: Params, telegram: Telegram, signal: AbortSignal) => unknown;

/** A message as the Bot API shows it, with the one it answers. */
export function show(message: StoredMessage, telegram: Telegram): object {
  return wireMessage(message, telegram, repliedTo(message, telegram));
}

/**
 * The message another one answers. In a topic of a supergroup, and in a thread of replies, all that answers nothing
 * else answers the message they began with, as the Bot API server has it.
 */
export function repliedTo(message: StoredMessage, { chats }: Telegram): StoredMessage | undefined {
  const { chatId, id, replyTo, threadId } = message;
  if (replyTo !== undefined) return chats.find(chatId, replyTo);
  const inThread = chats.get(chatId)?.kind === 'supergroup' && threadId !== id;
  return inThread ? chats.find(chatId, threadId) : undefined;
}

import { z } from 'zod';
import type { Chat } from '../chat/chat.ts';
import { threadOf } from '../chat/threads.ts';
import { badRequest } from './api-error.ts';
import { readChat } from './chat-access.ts';
import type { Params } from './params.ts';
import type { Telegram } from './telegram.ts';

const replyParameters = z.looseObject({
  message_id: z.coerce.number(),
  allow_sending_without_reply: z.boolean().optional(),
});

/** The place of a new message of the bot. */
export interface Place {
  chat: Chat;
  threadId: number | undefined;
  replyTo: number | undefined;
}

/** Reads `chat_id`, `message_thread_id` and `reply_parameters`. Throws ApiError. */
export function readPlace(params: Params, telegram: Telegram): Place {
  const chat = readChat(params, telegram, 'write');
  const topic = readTopic(params, chat);
  const replied = telegram.chats.find(chat.id, readReplyTo(params, chat, telegram));
  // A reply to a message of another topic is none.
  const replyTo = topic === undefined || replied?.threadId === topic ? replied?.id : undefined;
  return { chat, threadId: threadOf(chat, topic, replied), replyTo };
}

/** The topic; `message_thread_id` is ignored in chats without topics. */
function readTopic(params: Params, { kind, isForum, topics }: Chat): number | undefined {
  const topic = params.integer('message_thread_id');
  if (!topic || topic < 0 || (kind !== 'private' && !isForum)) return undefined;
  if (!topics.has(topic)) throw badRequest('message thread not found');
  return topic;
}

/** `reply_parameters`, or `reply_to_message_id` of older clients. */
function readReplyTo(params: Params, chat: Chat, { chats }: Telegram): number | undefined {
  const given = params.json('reply_parameters');
  const parsed = given === undefined ? undefined : replyParameters.safeParse(given);
  if (parsed?.success === false) throw badRequest("can't parse reply parameters JSON object");
  const messageId = parsed?.data.message_id ?? params.integer('reply_to_message_id');
  if (messageId === undefined || chats.find(chat.id, messageId)) return messageId;
  if (parsed?.data.allow_sending_without_reply || params.boolean('allow_sending_without_reply')) return undefined;
  throw badRequest('message to be replied not found');
}

import { createHash } from 'node:crypto';
import type { Chat } from '../chat/chat.ts';
import type { SenderChat, StoredMessage, User } from '../chat/message.ts';
import type { Telegram } from './telegram.ts';
import { wireContent } from './wire-content.ts';

export interface BotProfile {
  id: number;
  name: string;
  username: string;
  /** Off: privacy mode is on, as for every new bot. */
  readsAllGroupMessages: boolean;
  /** Private chats with it may have topics. */
  hasTopics: boolean;
}

/** The objects of the Bot API made from what the sandbox keeps: https://core.telegram.org/bots/api#available-types */
export function wireMessage(
  message: StoredMessage,
  { bot, chats }: Pick<Telegram, 'bot' | 'chats'>,
  repliedTo?: StoredMessage,
): object {
  const { threadId, senderChat } = message;
  const chat = chats.get(message.chatId)!;
  return {
    message_id: message.id,
    from: message.from === 'bot' ? wireBot(bot) : wireUser(message.from),
    ...(senderChat && { sender_chat: wireSenderChat(senderChat) }),
    chat: wireChat(chat),
    date: seconds(message.sentAt),
    ...(message.editedAt !== undefined && { edit_date: seconds(message.editedAt) }),
    ...(threadId !== undefined && { message_thread_id: threadId }),
    ...(message.mediaGroupId !== undefined && { media_group_id: message.mediaGroupId }),
    ...(repliedTo && { reply_to_message: wireMessage(repliedTo, { bot, chats }) }),
    ...wireContent(message.content),
    ...(message.buttons && { reply_markup: { inline_keyboard: message.buttons } }),
    ...(message.viaBot && { via_bot: wireBot(bot) }),
    ...(threadId !== undefined && chat.topics.has(threadId) && { is_topic_message: true }),
  };
}

export function wireBot(bot: BotProfile): object {
  return { id: bot.id, is_bot: true, first_name: bot.name, username: bot.username };
}

export function wireUser({ id, languageCode, bot }: User): object {
  if (bot) return { id, is_bot: true, first_name: bot.name, username: bot.username };
  return { id, is_bot: false, first_name: 'Guest', ...(languageCode !== undefined && { language_code: languageCode }) };
}

export function wireChat({ id, kind, title, isForum }: Chat): object {
  if (kind === 'private') return { id, type: kind, first_name: 'Guest' };
  if (kind === 'group') return { id, type: kind, title, all_members_are_administrators: false };
  return { id, type: kind, title, ...(isForum && { is_forum: true }) };
}

function wireSenderChat({ id, kind, title }: SenderChat): object {
  return { id, type: kind, title };
}

/** What a callback query calls its chat: the same for all of a chat's queries, and telling nothing of its id. */
export function chatInstance(chatId: number): string {
  return createHash('sha256').update(String(chatId)).digest().readBigInt64BE().toString();
}

export function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

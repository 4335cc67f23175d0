import { createHash } from 'node:crypto';
import type { Chat } from '../chat/chat.ts';
import type { StoredMessage, User } from '../chat/message.ts';
import type { BotProfile } from './bot-profile.ts';
import type { Telegram } from './telegram.ts';
import { wireContent } from './wire-content.ts';

/** https://core.telegram.org/bots/api#message; fields that are undefined are left out of JSON. */
export function wireMessage(
  message: StoredMessage,
  { bot, chats }: Pick<Telegram, 'bot' | 'chats'>,
  repliedTo?: StoredMessage,
): object {
  const { threadId, senderChat, editedAt } = message;
  const chat = chats.get(message.chatId)!;
  return {
    message_id: message.id,
    from: message.from === 'bot' ? wireBot(bot) : wireUser(message.from),
    sender_chat: senderChat && { id: senderChat.id, type: senderChat.kind, title: senderChat.title },
    chat: wireChat(chat),
    date: seconds(message.sentAt),
    edit_date: editedAt === undefined ? undefined : seconds(editedAt),
    message_thread_id: threadId,
    media_group_id: message.mediaGroupId,
    reply_to_message: repliedTo && wireMessage(repliedTo, { bot, chats }),
    ...wireContent(message.content),
    reply_markup: message.buttons && { inline_keyboard: message.buttons },
    via_bot: message.viaBot ? wireBot(bot) : undefined,
    is_topic_message: chat.topics.has(threadId ?? 0) || undefined,
  };
}

export function wireBot(bot: BotProfile): object {
  return { id: bot.id, is_bot: true, first_name: bot.name, username: bot.username };
}

export function wireUser({ id, languageCode, bot }: User): object {
  if (bot) return { id, is_bot: true, first_name: bot.name, username: bot.username };
  return { id, is_bot: false, first_name: 'Guest', language_code: languageCode };
}

export function wireChat({ id, kind, title, isForum }: Chat): object {
  if (kind === 'private') return { id, type: kind, first_name: 'Guest' };
  if (kind === 'group') return { id, type: kind, title, all_members_are_administrators: false };
  return { id, type: kind, title, is_forum: isForum || undefined };
}

/** The `chat_instance` of callback queries: one a chat, and its id is not visible in it. */
export function chatInstance(chatId: number): string {
  return createHash('sha256').update(String(chatId)).digest().readBigInt64BE().toString();
}

export function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

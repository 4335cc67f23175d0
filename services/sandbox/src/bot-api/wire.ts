import { createHash } from 'node:crypto';
import {
  type Content,
  type FormattedText,
  type StoredFile,
  type StoredMessage,
  textOf,
  type User,
} from '../chat/message.ts';

export interface BotProfile {
  id: number;
  name: string;
  username: string;
}

/** The objects of the Bot API made from what the sandbox keeps: https://core.telegram.org/bots/api#available-types */
export function wireMessage(message: StoredMessage, bot: BotProfile, repliedTo?: StoredMessage): object {
  return {
    message_id: message.id,
    from: message.from === 'bot' ? wireBot(bot) : wireUser(message.from),
    chat: wireChat(message.chatId),
    date: seconds(message.sentAt),
    ...(message.editedAt !== undefined && { edit_date: seconds(message.editedAt) }),
    ...(message.mediaGroupId !== undefined && { media_group_id: message.mediaGroupId }),
    ...(repliedTo && { reply_to_message: wireMessage(repliedTo, bot) }),
    ...wireContent(message.content),
    ...(message.buttons && { reply_markup: { inline_keyboard: message.buttons } }),
  };
}

export function wireBot(bot: BotProfile): object {
  return { id: bot.id, is_bot: true, first_name: bot.name, username: bot.username };
}

export function wireUser(user: User): object {
  return {
    id: user.id,
    is_bot: false,
    first_name: 'Guest',
    ...(user.languageCode !== undefined && { language_code: user.languageCode }),
  };
}

/** Ids of groups are negative. */
export function wireChat(chatId: number): object {
  return chatId > 0
    ? { id: chatId, type: 'private', first_name: 'Guest' }
    : { id: chatId, type: 'group', title: 'Group', all_members_are_administrators: false };
}

/** What a callback query calls its chat: the same for all of a chat's queries, and telling nothing of its id. */
export function chatInstance(chatId: number): string {
  return createHash('sha256').update(String(chatId)).digest().readBigInt64BE().toString();
}

export function wireFile(file: StoredFile): object {
  return { file_id: file.id, file_unique_id: file.uniqueId, file_size: file.size };
}

function wireContent(content: Content): object {
  const words = wireText(textOf(content), content.kind === 'text' ? '' : 'caption');
  if (content.kind === 'text') return words;
  if (content.kind === 'photo') {
    const photo = content.sizes.map((size) => ({ ...wireFile(size), width: size.width, height: size.height }));
    return { photo, ...words };
  }
  const { file } = content;
  return { document: { ...wireFile(file), file_name: file.name, mime_type: file.mimeType }, ...words };
}

function wireText({ text, entities }: FormattedText, name: '' | 'caption'): object {
  if (name === 'caption' && text === '') return {};
  const list = entities.length > 0;
  if (name === 'caption') return { caption: text, ...(list && { caption_entities: entities }) };
  return { text, ...(list && { entities }) };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

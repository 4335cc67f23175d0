import { characters, MAX_CAPTION, MAX_TEXT, plainText } from '../bot-api/formatted-text.ts';
import { repliedTo, show } from '../bot-api/method.ts';
import { reachesBot } from '../bot-api/privacy-mode.ts';
import type { Telegram } from '../bot-api/telegram.ts';
import { chatInstance, wireUser } from '../bot-api/wire.ts';
import type { BotStatus, Chat } from '../chat/chat.ts';
import type { Content, FormattedText, StoredMessage, User } from '../chat/message.ts';
import { threadOf } from '../chat/threads.ts';
import { HttpError } from './http-error.ts';
import type { Sender } from './senders.ts';

interface UserMessage {
  content: Content;
  replyTo: number | undefined;
  topic: number | undefined;
  viaBot: boolean;
  mediaGroupId: string | undefined;
  clientKey: string | undefined;
}

/**
 * Sends a message of a user; the bot gets it if it may. A repeated `clientKey` gives the same message, so that the page can
 * try again after a lost connection. Throws HttpError.
 */
export function userSends(chat: Chat, sender: Sender, sent: UserMessage, telegram: Telegram): StoredMessage {
  const { chats, bot } = telegram;
  const sentBefore = chats.findByClientKey(chat.id, sent.clientKey);
  if (sentBefore) return sentBefore;
  checkCanWrite(chat);
  const { content, replyTo, topic, viaBot, mediaGroupId, clientKey } = sent;
  const replied = chats.find(chat.id, replyTo);
  const isTopic = topic === undefined || chat.topics.has(topic);
  if (replyTo !== undefined && !replied) throw new HttpError(404, `There is no message ${replyTo} in this chat.`);
  if (!isTopic) throw new HttpError(404, `There is no topic ${topic} in this chat.`);
  const hidden = !reachesBot({ content, viaBot, repliedTo: replied }, chat, bot);
  const threadId = threadOf(chat, topic, replied);
  const draft = { ...sender, content, replyTo, threadId, viaBot, mediaGroupId, clientKey, hidden };
  const message = chats.post(chat.id, draft, 'user');
  tellBot('message', message, telegram);
  return message;
}

/** Edits text or caption of a user's message. Throws HttpError. */
export function userEdits(message: StoredMessage, text: string, telegram: Telegram): void {
  if (message.from === 'bot') throw new HttpError(403, "The bot's messages can't be edited by the user.");
  const { content } = message;
  if (content.kind !== 'text' && !('caption' in content)) throw new HttpError(400, 'This message has no text to edit.');
  const words = checkLength(text, content.kind === 'text' ? MAX_TEXT : MAX_CAPTION);
  if (content.kind === 'text' && words.text === '') throw new HttpError(400, 'text: must not be empty');
  const edited: Content = content.kind === 'text' ? { kind: 'text', text: words } : { ...content, caption: words };
  const seen = { content: edited, viaBot: message.viaBot, repliedTo: repliedTo(message, telegram) };
  message.hidden = !reachesBot(seen, telegram.chats.open(message.chatId), telegram.bot);
  telegram.chats.edit(message, edited, undefined, 'user');
  tellBot('edited_message', message, telegram);
}

/** Deletes a message. Telegram tells no bot about that. */
export function userDeletes(message: StoredMessage, telegram: Telegram): void {
  telegram.chats.delete(message, 'user');
}

/** Presses an inline button; returns the id of the callback query. Throws HttpError. */
export function userPresses(
  message: StoredMessage,
  { from, data, clientKey }: { from: User; data: string; clientKey: string | undefined },
  telegram: Telegram,
): string {
  const known = message.buttons?.flat().some((button) => button.callback_data === data);
  if (!known) throw new HttpError(400, 'data: no button of this message has this data');
  const id = telegram.callbacks.open({ chatId: message.chatId, clientKey });
  const query = {
    id,
    from: wireUser(from),
    message: show(message, telegram),
    chat_instance: chatInstance(message.chatId),
    data,
  };
  telegram.updates.push('callback_query', query, `user ${from.id}`);
  return id;
}

/** Posts a service message about an event in the chat. */
export function announce(chat: Chat, from: User, happened: Record<string, unknown>, telegram: Telegram): StoredMessage {
  const content: Content = { kind: 'service', happened };
  // The message about a new topic is the first one in it.
  const threadId = 'forum_topic_created' in happened ? telegram.chats.nextId(chat.id) : undefined;
  const message = telegram.chats.post(chat.id, { from, content, threadId }, 'user');
  tellBot('message', message, telegram);
  return message;
}

/** Throws HttpError. */
export function checkLength(text: string, limit: number): FormattedText {
  const words = plainText(text);
  if (characters(words.text) > limit) throw new HttpError(400, `text: at most ${limit} characters`);
  return words;
}

export function isMember(status: BotStatus): boolean {
  return status === 'member' || status === 'administrator';
}

function checkCanWrite(chat: Chat): void {
  const { kind, botStatus, migratedTo, isDeactivated } = chat;
  if (migratedTo !== undefined) throw new HttpError(409, `This group has become the supergroup ${migratedTo}.`);
  if (isDeactivated) throw new HttpError(409, 'This user has deleted their account.');
  if (kind === 'private' && botStatus === 'kicked') throw new HttpError(409, 'This user has blocked the bot.');
}

function tellBot(kind: 'message' | 'edited_message', message: StoredMessage, telegram: Telegram): void {
  const { botStatus } = telegram.chats.open(message.chatId);
  // A bot does not get messages of other bots, unless they stand for a chat.
  const isBots = message.from !== 'bot' && message.from.bot !== undefined && !message.senderChat;
  if (message.hidden || !isMember(botStatus) || isBots) return;
  telegram.updates.push(kind, show(message, telegram), `chat ${message.chatId}`);
}

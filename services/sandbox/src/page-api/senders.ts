import type { Chat } from '../chat/chat.ts';
import type { SenderChat, User } from '../chat/message.ts';
import { HttpError } from './http-error.ts';

/** Telegram's bots that stand for a chat as the sender: https://core.telegram.org/bots/api#message */
const GROUP_ANONYMOUS_BOT: User = {
  id: 1087968824,
  languageCode: undefined,
  bot: { name: 'Group', username: 'GroupAnonymousBot' },
};
const CHANNEL_BOT: User = { id: 136817688, languageCode: undefined, bot: { name: 'Channel', username: 'Channel_Bot' } };
const CHANNEL: SenderChat = { id: -1_009_999_999_999, kind: 'channel', title: 'Channel' };

/** Who sends a message: the user, an anonymous administrator, the user's channel, or another bot. */
type SendAs = 'self' | 'anonymous' | 'channel' | 'bot';

interface GivenSender {
  user_id?: number | undefined;
  language_code?: string | undefined;
  as?: SendAs | undefined;
}

/** Throws HttpError for a sender that the chat can't have. */
export function readSender(chat: Pick<Chat, 'id' | 'kind' | 'title'>, given: GivenSender): Sender {
  const { kind } = chat;
  if (given.as !== undefined && given.as !== 'self') {
    if (kind === 'private') throw new HttpError(400, 'as: only the user can write in a private chat');
    if (given.as === 'anonymous') {
      return { from: GROUP_ANONYMOUS_BOT, senderChat: { id: chat.id, kind, title: chat.title } };
    }
    if (given.as === 'channel') return { from: CHANNEL_BOT, senderChat: CHANNEL };
    const bot = { name: 'Another bot', username: 'another_bot' };
    return { from: { id: given.user_id ?? 2_000_002, languageCode: undefined, bot }, senderChat: undefined };
  }
  if (kind === 'private' && given.user_id !== undefined && given.user_id !== chat.id) {
    throw new HttpError(400, 'user_id: a private chat has the id of its user');
  }
  const id = kind === 'private' ? chat.id : given.user_id;
  if (id === undefined) throw new HttpError(400, 'user_id: needed in a group');
  return { from: { id, languageCode: given.language_code }, senderChat: undefined };
}

export interface Sender {
  from: User;
  senderChat: SenderChat | undefined;
}

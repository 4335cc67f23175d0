import { type Chat, PERMISSIONS } from '../chat/chat.ts';
import type { User } from '../chat/message.ts';
import { badRequest } from './api-error.ts';
import { readChat } from './chat-access.ts';
import type { Method } from './method.ts';
import type { Telegram } from './telegram.ts';
import { wireBot, wireChat, wireUser } from './wire.ts';

const getChat: Method = (params, telegram) => {
  const chat = readChat(params, telegram, 'read');
  if (chat.kind === 'private') return wireChat(chat);
  const permissions = PERMISSIONS.map((name) => [name, chat.forbidden.get(name) !== 'noticed']);
  return { ...wireChat(chat), permissions: Object.fromEntries(permissions) };
};

/** Only users who have written in the chat are members. */
const getChatMember: Method = (params, telegram) => {
  const userId = params.integer('user_id');
  if (userId === undefined) throw badRequest('invalid user_id specified');
  const isBot = userId === telegram.bot.id;
  const chat = readChat(params, telegram, 'read');
  if (isBot) return botMember(chat, telegram);
  const user = findUser(chat, userId, telegram);
  if (!user) throw badRequest('member not found');
  return { user: wireUser(user), status: chat.administrators.has(userId) ? 'administrator' : 'member' };
};

export const chatMethods: Record<string, Method> = { getChat, getChatMember };

/** The bot as a member of the chat: https://core.telegram.org/bots/api#chatmember */
export function botMember({ botStatus }: Chat, { bot }: Pick<Telegram, 'bot'>, status = botStatus): object {
  return { user: wireBot(bot), status, ...(status === 'kicked' && { until_date: 0 }) };
}

function findUser(chat: Chat, userId: number, { chats }: Telegram): User | undefined {
  if (chat.kind === 'private') return userId === chat.id ? { id: userId, languageCode: undefined } : undefined;
  const messages = chats.everything(chat.id);
  return messages.map(({ from }) => from).find((from) => from !== 'bot' && from.id === userId) as User | undefined;
}

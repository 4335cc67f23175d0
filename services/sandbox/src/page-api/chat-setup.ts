import { randomInt } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { botMember } from '../bot-api/chat-methods.ts';
import type { Telegram } from '../bot-api/telegram.ts';
import { seconds, wireBot, wireChat, wireUser } from '../bot-api/wire.ts';
import { type BotStatus, type Chat, PERMISSIONS, type Permission } from '../chat/chat.ts';
import type { User } from '../chat/message.ts';
import { chatPath, check, HttpError } from './http-error.ts';
import { announce, isMember } from './user-actions.ts';

const setup = z.strictObject({
  title: z.string().min(1).max(128).optional(),
  is_forum: z.boolean().optional(),
  bot_status: z.enum(['member', 'administrator', 'left', 'kicked']).optional(),
  administrators: z.array(z.int()).optional(),
  /** `unnoticed` forbids as false does, but only Telegram itself refuses, not yet its Bot API server. */
  permissions: z.partialRecord(z.enum(PERMISSIONS), z.union([z.boolean(), z.literal('unnoticed')])).optional(),
  is_deactivated: z.boolean().optional(),
  user_id: z.int().positive().optional(),
});

const newTopic = z.strictObject({ name: z.string().min(1).max(128), user_id: z.int().positive().optional() });
const migration = z.strictObject({ user_id: z.int().positive().optional() }).default({});

/** Changes of chats for tests and the page: groups, forums, permissions, topics, blocking, migration. */
export function serveChatSetup(app: FastifyInstance, telegram: Telegram): void {
  const { chats, updates, bot } = telegram;

  /** Changes or creates a chat. A new group adds the bot as a plain member. */
  app.patch('/api/chats/:chatId', (request) => {
    const { chatId } = check(chatPath, request.params);
    const given = check(setup, request.body);
    const isNew = chats.get(chatId) === undefined;
    const chat = chats.open(chatId);
    if (given.is_forum && chat.kind !== 'supergroup') throw new HttpError(400, 'is_forum: only for supergroups');
    chat.title = given.title ?? chat.title;
    chat.isForum = given.is_forum ?? chat.isForum;
    chat.isDeactivated = given.is_deactivated ?? chat.isDeactivated;
    if (given.administrators) chat.administrators = new Set(given.administrators);
    for (const [name, state] of Object.entries(given.permissions ?? {})) forbid(chat, name as Permission, state);
    const actor = actorOf(chat, given.user_id);
    if (isNew && chat.kind !== 'private') chat.botStatus = 'left';
    setBotStatus(chat, given.bot_status ?? (isNew ? 'member' : chat.botStatus), actor);
    return describe(chat);
  });

  app.get('/api/chats/:chatId', (request) => describe(findChat(request.params)));

  app.post('/api/chats/:chatId/topics', (request, reply) => {
    const chat = findChat(request.params);
    const { name, user_id } = check(newTopic, request.body);
    if (chat.kind !== 'private' && !chat.isForum) throw new HttpError(409, 'This chat has no topics: set is_forum.');
    if (chat.kind === 'private' && !bot.hasTopics) {
      throw new HttpError(409, 'Private chats have no topics: set has_topics_enabled.');
    }
    chat.topics.set(chats.nextId(chat.id), name);
    const created = { forum_topic_created: { name, icon_color: 0x6fb9f0 } };
    const { id } = announce(chat, actorOf(chat, user_id), created, telegram);
    return reply.code(201).send({ message_thread_id: id });
  });

  /** Turns a basic group into a supergroup without messages. */
  app.post('/api/chats/:chatId/migrate', (request, reply) => {
    const old = findChat(request.params);
    if (old.kind !== 'group' || old.migratedTo !== undefined) throw new HttpError(409, 'This is no basic group.');
    const actor = actorOf(old, check(migration, request.body ?? undefined).user_id);
    const chat = chats.open(-1_000_000_000_000 - randomInt(1_000_000_000, 9_999_999_999));
    const { id, kind } = chat;
    Object.assign(chat, { ...old, id, kind });
    announce(old, actor, { migrate_to_chat_id: id }, telegram);
    old.migratedTo = id;
    announce(chat, actor, { migrate_from_chat_id: old.id }, telegram);
    return reply.code(201).send({ migrate_to_chat_id: id });
  });

  /** Tells the bot, even if it was removed. */
  function setBotStatus(chat: Chat, status: BotStatus, actor: User): void {
    const before = chat.botStatus;
    if (status === before) return;
    chat.botStatus = status;
    const changed = {
      chat: wireChat(chat),
      from: wireUser(actor),
      date: seconds(Date.now()),
      old_chat_member: botMember(chat, telegram, before),
      new_chat_member: botMember(chat, telegram, status),
    };
    updates.push('my_chat_member', changed, `member ${chat.id}`);
    const isAdded = !isMember(before) && isMember(status) && chat.kind !== 'private';
    const member = wireBot(bot);
    if (isAdded) announce(chat, actor, { new_chat_members: [member], new_chat_member: member }, telegram);
  }

  function findChat(path: unknown): Chat {
    const { chatId } = check(chatPath, path);
    const chat = chats.get(chatId);
    if (!chat) throw new HttpError(404, 'There is no such chat.');
    return chat;
  }
}

function forbid({ forbidden }: Chat, name: Permission, state: boolean | 'unnoticed'): void {
  if (state === true) forbidden.delete(name);
  else forbidden.set(name, state === 'unnoticed' ? 'unnoticed' : 'noticed');
}

function actorOf(chat: Chat, userId: number | undefined): User {
  return { id: chat.kind === 'private' ? chat.id : (userId ?? 1), languageCode: undefined };
}

function describe(chat: Chat) {
  return {
    id: chat.id,
    type: chat.kind,
    title: chat.title,
    is_forum: chat.isForum,
    topics: Object.fromEntries(chat.topics),
    bot_status: chat.botStatus,
    is_deactivated: chat.isDeactivated,
    migrate_to_chat_id: chat.migratedTo,
  };
}

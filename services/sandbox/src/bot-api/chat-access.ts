import type { Chat, Permission } from '../chat/chat.ts';
import type { Content } from '../chat/message.ts';
import { ApiError, badRequest } from './api-error.ts';
import type { Params } from './params.ts';
import type { Telegram } from './telegram.ts';

/** Action of a call in its chat. */
export type Access = 'read' | 'edit' | 'delete' | 'write';

/** By the kind of content: what allows it, what the Bot API server says without it, and what Telegram says. */
const RIGHTS: Partial<Record<Content['kind'], [permission: Permission, words: string, code: string]>> = {
  text: ['can_send_messages', 'text messages', 'CHAT_SEND_PLAIN_FORBIDDEN'],
  photo: ['can_send_photos', 'photos', 'CHAT_SEND_PHOTOS_FORBIDDEN'],
  document: ['can_send_documents', 'documents', 'CHAT_SEND_DOCS_FORBIDDEN'],
};

/**
 * The chat a call is about. Throws ApiError when there is none, and when the bot may not do there what it wants, in
 * the words of the Bot API server.
 */
export function readChat(params: Params, telegram: Telegram, access: Access, name = 'chat_id'): Chat {
  if (!params.string(name)) throw badRequest('chat_id is empty');
  const chat = telegram.chats.get(params.integer(name) ?? 0);
  if (!chat) throw badRequest('chat not found');
  checkAccess(chat, access);
  return chat;
}

/** Throws ApiError when the chat doesn't take what the bot sends. */
export function checkRight(chat: Chat, kind: Content['kind']): void {
  const [permission, words, code] = RIGHTS[kind] ?? [];
  const state = permission && chat.botStatus !== 'administrator' && chat.forbidden.get(permission);
  if (state === 'noticed') throw badRequest(`not enough rights to send ${words} to the chat`);
  if (state === 'unnoticed') throw badRequest(`${code}`);
}

function checkAccess(chat: Chat, access: Access): void {
  const { kind, botStatus, migratedTo } = chat;
  if (kind === 'private') {
    if (access === 'read') return;
    if (chat.isDeactivated) throw forbidden('user is deactivated');
    // The bot's messages can be deleted even if the user has blocked it.
    if (botStatus === 'kicked' && access !== 'delete') throw forbidden('bot was blocked by the user');
    return;
  }
  if (migratedTo !== undefined) {
    if (access === 'read') return;
    // Telegram's words for a refused edit are not documented; that it refuses is.
    if (access === 'edit') throw badRequest("message can't be edited");
    throw new ApiError(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
      migrate_to_chat_id: migratedTo,
    });
  }
  // A bot that has left can still read a basic group, but not a supergroup.
  if (kind === 'group' && access === 'read') return;
  if (botStatus === 'kicked') throw forbidden(`bot was kicked from the ${kind} chat`);
  if (botStatus === 'left') throw forbidden(`bot is not a member of the ${kind} chat`);
}

function forbidden(what: string): ApiError {
  return new ApiError(403, `Forbidden: ${what}`);
}

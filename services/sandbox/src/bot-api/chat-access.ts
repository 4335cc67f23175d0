import type { Chat, Permission } from '../chat/chat.ts';
import type { Content } from '../chat/message.ts';
import { ApiError, badRequest } from './api-error.ts';
import type { Params } from './params.ts';
import type { Telegram } from './telegram.ts';

/** What a call does in a chat. */
type Access = 'read' | 'edit' | 'delete' | 'write';

/** By kind of content: the needed permission, and its name in refusals of the Bot API server and of Telegram itself. */
const RIGHTS: Partial<Record<Content['kind'], [permission: Permission, words: string, code: string]>> = {
  text: ['can_send_messages', 'text messages', 'CHAT_SEND_PLAIN_FORBIDDEN'],
  photo: ['can_send_photos', 'photos', 'CHAT_SEND_PHOTOS_FORBIDDEN'],
  document: ['can_send_documents', 'documents', 'CHAT_SEND_DOCS_FORBIDDEN'],
};

/** The chat that a call names. Throws ApiError as the Bot API server does if there is none or the bot has no access. */
export function readChat(params: Params, telegram: Telegram, access: Access, name = 'chat_id'): Chat {
  if (!params.string(name)) throw badRequest('chat_id is empty');
  const chat = telegram.chats.get(params.integer(name) ?? 0);
  if (!chat) throw badRequest('chat not found');
  checkAccess(chat, access);
  return chat;
}

/** Throws ApiError if the chat forbids this kind of content to the bot. */
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
    // A blocked bot can still delete its messages.
    if (botStatus === 'kicked' && access !== 'delete') throw forbidden('bot was blocked by the user');
    return;
  }
  if (migratedTo !== undefined) {
    if (access === 'read') return;
    // Telegram documents that it refuses edits, but not the description.
    if (access === 'edit') throw badRequest("message can't be edited");
    throw new ApiError(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
      migrate_to_chat_id: migratedTo,
    });
  }
  // After it has left, a bot can still read a basic group, but not a supergroup.
  if (kind === 'group' && access === 'read') return;
  if (botStatus === 'kicked') throw forbidden(`bot was kicked from the ${kind} chat`);
  if (botStatus === 'left') throw forbidden(`bot is not a member of the ${kind} chat`);
}

function forbidden(what: string): ApiError {
  return new ApiError(403, `Forbidden: ${what}`);
}

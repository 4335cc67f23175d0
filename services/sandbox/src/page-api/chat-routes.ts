import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readParams } from '../bot-api/params.ts';
import type { Telegram } from '../bot-api/telegram.ts';
import type { StoredMessage, User } from '../chat/message.ts';
import { chatPath, check, HttpError, id } from './http-error.ts';
import { viewMessage } from './message-view.ts';
import { userEdits, userPresses, userSends } from './user-actions.ts';

const sender = {
  /** Needed in groups only; a private chat has the id of its user. */
  user_id: z.coerce.number().int().positive().optional(),
  language_code: z
    .string()
    .regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/, 'must be a language tag like en')
    .optional(),
};

/** What the page calls a message or a press before the sandbox does. */
const clientKey = z.string().min(1).max(64).optional();

const newMessage = z.object({
  ...sender,
  text: z.string().optional(),
  /** Another name of `text`, as the Bot API calls it with a photo or a document. */
  caption: z.string().optional(),
  reply_to: z.coerce.number().int().optional(),
  media_group_id: z.string().min(1).max(64).optional(),
  client_key: clientKey,
});

const editedMessage = z.object({ text: z.string() });
const pressedButton = z.object({
  ...sender,
  message_id: z.coerce.number().int(),
  data: z.string().min(1),
  client_key: clientKey,
});
const messagePath = chatPath.extend({ messageId: id('must be a whole number') });

/** What a user does in a chat, and what is to be seen there. */
export function serveChats(app: FastifyInstance, telegram: Telegram): void {
  app.post('/api/chats/:chatId/messages', async (request, reply) => {
    const { chatId } = check(chatPath, request.params);
    const params = await readParams(request);
    const given = Object.fromEntries(Object.keys(newMessage.shape).map((name) => [name, params.string(name)]));
    const fields = check(newMessage, given);
    const photo = params.upload('photo');
    const document = params.upload('document');
    const sent = {
      text: fields.text ?? ((photo ?? document) && fields.caption) ?? '',
      photo,
      document,
      replyTo: fields.reply_to,
      mediaGroupId: fields.media_group_id,
      clientKey: fields.client_key,
    };
    const message = await userSends(chatId, readSender(chatId, fields), sent, telegram);
    return reply.code(201).send({ message_id: message.id });
  });

  app.get('/api/chats/:chatId/messages', (request) => {
    const { chatId } = check(chatPath, request.params);
    return telegram.chats.visible(chatId).map(viewMessage);
  });

  app.patch('/api/chats/:chatId/messages/:messageId', (request) => {
    const { chatId, messageId } = check(messagePath, request.params);
    const { text } = check(editedMessage, request.body);
    const message = findMessage(chatId, messageId, telegram);
    userEdits(message, text, telegram);
    return viewMessage(message);
  });

  app.post('/api/chats/:chatId/callback', (request, reply) => {
    const { chatId } = check(chatPath, request.params);
    const fields = check(pressedButton, request.body);
    const message = findMessage(chatId, fields.message_id, telegram);
    const id = userPresses(message, readSender(chatId, fields), fields.data, fields.client_key, telegram);
    return reply.code(201).send({ callback_query_id: id });
  });
}

function findMessage(chatId: number, messageId: number, { chats }: Telegram): StoredMessage {
  const message = chats.find(chatId, messageId);
  if (!message) throw new HttpError(404, `There is no message ${messageId} in this chat.`);
  return message;
}

function readSender(chatId: number, given: { user_id?: number | undefined; language_code?: string | undefined }): User {
  if (chatId > 0 && given.user_id !== undefined && given.user_id !== chatId) {
    throw new HttpError(400, 'user_id: a private chat has the id of its user');
  }
  const id = chatId > 0 ? chatId : given.user_id;
  if (id === undefined) throw new HttpError(400, 'user_id: needed in a group');
  return { id, languageCode: given.language_code };
}

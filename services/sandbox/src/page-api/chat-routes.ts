import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readParams } from '../bot-api/params.ts';
import type { Telegram } from '../bot-api/telegram.ts';
import { type Chat, createChat } from '../chat/chat.ts';
import type { StoredMessage } from '../chat/message.ts';
import { chatPath, check, HttpError, id } from './http-error.ts';
import { viewMessage } from './message-view.ts';
import { readSender } from './senders.ts';
import { userDeletes, userEdits, userPresses, userSends } from './user-actions.ts';
import { readContent } from './user-content.ts';

const sender = {
  /** Only needed in groups: a private chat has the id of its user. */
  user_id: z.coerce.number().int().positive().optional(),
  language_code: z
    .string()
    .regex(/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/, 'must be a language tag like en')
    .optional(),
};

/** The page's name for a message or a press before it has an id. */
const clientKey = z.string().min(1).max(64).optional();

const newMessage = z.object({
  ...sender,
  as: z.enum(['self', 'anonymous', 'channel', 'bot']).optional(),
  reply_to: z.coerce.number().int().optional(),
  message_thread_id: z.coerce.number().int().optional(),
  via_bot: z.stringbool().default(false),
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

export function serveChats(app: FastifyInstance, telegram: Telegram): void {
  const { chats } = telegram;

  /** Fields of `newMessage`, and `text` or one of `photo`, `document`, `video` and `sticker` with `caption` and `has_spoiler`. */
  app.post('/api/chats/:chatId/messages', async (request, reply) => {
    const { chatId } = check(chatPath, request.params);
    const params = await readParams(request);
    const given = Object.fromEntries(Object.keys(newMessage.shape).map((name) => [name, params.string(name)]));
    const fields = check(newMessage, given);
    const from = readSender(known(chatId), fields);
    const sent = {
      content: await readContent(params, telegram.media),
      replyTo: fields.reply_to,
      topic: fields.message_thread_id,
      viaBot: fields.via_bot,
      mediaGroupId: fields.media_group_id,
      clientKey: fields.client_key,
    };
    const message = userSends(known(chatId), from, sent, telegram);
    return reply.code(201).send({ message_id: message.id });
  });

  app.get('/api/chats/:chatId/messages', (request) => {
    const { chatId } = check(chatPath, request.params);
    return chats.visible(chatId).map(viewMessage);
  });

  app.patch('/api/chats/:chatId/messages/:messageId', (request) => {
    const message = findMessage(request.params);
    userEdits(message, check(editedMessage, request.body).text, telegram);
    return viewMessage(message);
  });

  app.delete('/api/chats/:chatId/messages/:messageId', (request, reply) => {
    userDeletes(findMessage(request.params), telegram);
    return reply.code(204).send();
  });

  app.post('/api/chats/:chatId/callback', (request, reply) => {
    const { chatId } = check(chatPath, request.params);
    const fields = check(pressedButton, request.body);
    const message = findMessage({ chatId, messageId: fields.message_id });
    const { from } = readSender(known(chatId), fields);
    const id = userPresses(message, { from, data: fields.data, clientKey: fields.client_key }, telegram);
    return reply.code(201).send({ callback_query_id: id });
  });

  /** The chat, not created yet if it is new: the message may be refused. */
  function known(chatId: number): Chat {
    return chats.get(chatId) ?? createChat(chatId);
  }

  function findMessage(path: unknown): StoredMessage {
    const { chatId, messageId } = check(messagePath, path);
    const message = chats.find(chatId, messageId);
    if (!message) throw new HttpError(404, `There is no message ${messageId} in this chat.`);
    return message;
  }
}

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Telegram } from '../bot-api/telegram.ts';
import type { StoredMessage } from '../chat/message.ts';
import { chatPath, check } from './http-error.ts';

const common = {
  method: z.string().min(1).optional(),
  chatId: z.int().optional(),
  times: z.int().min(1).max(1_000_000).default(1),
  delay_ms: z.int().min(0).max(600_000).optional(),
};

const faultOrder = z.discriminatedUnion('kind', [
  z.strictObject({
    ...common,
    kind: z.literal('error'),
    error_code: z.int().min(400).max(599),
    description: z.string().optional(),
    retry_after: z.int().min(0).optional(),
  }),
  z.strictObject({ ...common, kind: z.literal('drop-after') }),
  z.strictObject({ ...common, kind: z.literal('delay'), delay_ms: z.int().min(1).max(600_000) }),
]);

/** Faults on demand and counts, for tests. */
export function serveTestApi(app: FastifyInstance, telegram: Telegram): void {
  const { faults, chats, updates, calls, media } = telegram;

  app.post('/api/faults', (request, reply) => {
    const fault = check(faultOrder, request.body);
    faults.add(fault);
    return reply.code(201).send(fault);
  });

  app.get('/api/faults', () => faults.list());

  app.delete('/api/faults', (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });

  app.get('/api/stats', () => ({
    chats: Object.fromEntries(chats.ids().map((chatId) => [chatId, countMessages(chats.everything(chatId))])),
    calls: Object.fromEntries(calls),
    pending_updates: updates.length,
    files: { count: media.vault.count, bytes: media.vault.bytes },
  }));

  /** All that happened in a chat, oldest first: who did it, and what the message then was. */
  app.get('/api/chats/:chatId/log', (request) => {
    const { chatId } = check(chatPath, request.params);
    return chats
      .everything(chatId)
      .flatMap((message) =>
        message.changes.map((change) => ({
          message_id: message.id,
          from: message.from === 'bot' ? 'bot' : 'user',
          ...(message.replyTo !== undefined && { reply_to: message.replyTo }),
          ...change,
        })),
      )
      .sort((a, b) => a.at - b.at || a.message_id - b.message_id);
  });
}

function countMessages(messages: StoredMessage[]) {
  const ofBot = messages.filter((message) => message.from === 'bot');
  const ofUser = messages.filter((message) => message.from !== 'bot');
  const edits = ofBot.flatMap((message) => message.changes.slice(1)).filter((change) => change.kind !== 'deleted');
  return {
    user_messages: ofUser.length,
    user_photos: ofUser.filter((message) => message.content.kind === 'photo').length,
    user_documents: ofUser.filter((message) => message.content.kind === 'document').length,
    bot_messages: ofBot.length,
    bot_photos: ofBot.filter((message) => message.content.kind === 'photo').length,
    bot_edits: edits.length,
    bot_deleted: ofBot.filter((message) => message.deleted).length,
  };
}

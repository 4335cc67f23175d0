import type { FastifyInstance } from 'fastify';
import { faultOrder } from '../bot-api/faults.ts';
import type { Telegram } from '../bot-api/telegram.ts';
import type { StoredMessage } from '../chat/message.ts';
import { chatPath, check } from './http-error.ts';

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

  /** All changes of a chat's messages, oldest first. */
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
  const [ofBot, ofUser] = [true, false].map((isBots) => messages.filter(({ from }) => (from === 'bot') === isBots));
  const count = (list: StoredMessage[], kind: string) => list.filter(({ content }) => content.kind === kind).length;
  const edits = ofBot!.flatMap((message) => message.changes.slice(1)).filter((change) => change.kind !== 'deleted');
  return {
    user_messages: ofUser!.length,
    user_photos: count(ofUser!, 'photo'),
    user_documents: count(ofUser!, 'document'),
    bot_messages: ofBot!.length,
    bot_photos: count(ofBot!, 'photo'),
    bot_edits: edits.length,
    bot_deleted: ofBot!.filter((message) => message.deleted).length,
  };
}

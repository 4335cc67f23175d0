import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Telegram } from '../bot-api/telegram.ts';
import type { ChatEvent } from '../chat/chats.ts';
import { chatPath, check } from './http-error.ts';
import { viewMessage } from './message-view.ts';

/** Most messages in a snapshot. */
const SNAPSHOT = 300;
const HEARTBEAT_MS = 15_000;
/** Bytes. A connection with more unread data is closed; the page then connects again. */
const MAX_BACKLOG = 4 * 1024 * 1024;

/**
 * Serves `/api/chats/:chatId/events` (SSE). Each connection starts with a `snapshot` of the chat, so that a page which
 * connects again misses nothing. Then come `message` and `edit` (a MessageView), `delete` {message_id}, `action` {action} and
 * `answer` {client_key, text, alert}.
 */
export function serveEvents(app: FastifyInstance, { chats }: Telegram): void {
  app.get('/api/chats/:chatId/events', (request, reply) => {
    const { chatId } = check(chatPath, request.params);
    reply.hijack();
    const stream = reply.raw;
    stream.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
    });
    stream.write('retry: 1000\n\n');
    write(stream, 'snapshot', chats.visible(chatId).slice(-SNAPSHOT).map(viewMessage));

    const unwatch = chats.watch(chatId, (event) => write(stream, event.kind, payload(event)));
    const heartbeat = setInterval(() => stream.write(': still here\n\n'), HEARTBEAT_MS);
    stream.once('close', () => {
      clearInterval(heartbeat);
      unwatch();
    });
  });
}

function payload(event: ChatEvent): object {
  switch (event.kind) {
    case 'message':
    case 'edit':
      return viewMessage(event.message);
    case 'delete':
      return { message_id: event.messageId };
    case 'action':
      return { action: event.action };
    case 'answer':
      return { client_key: event.clientKey, text: event.text, alert: event.alert };
  }
}

function write(stream: ServerResponse, event: string, data: object): void {
  stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  if (stream.writableLength > MAX_BACKLOG) stream.destroy();
}

import type { ReplyTo } from './reply-to.ts';
import type { NewRequest, RequestRecord } from './request-book.ts';

/** What the bot needs to answer, apart from the fields of the book. */
export type Envelope = Omit<ReplyTo, 'userId' | 'chatId' | 'messageId' | 'placeholderId'>;

export function requestFor(id: string, replyTo: ReplyTo, deadline: number): NewRequest<Envelope> {
  const { userId, chatId, messageId, placeholderId: _, ...envelope } = replyTo;
  return { id, userId, chatId, messageId, deadline, envelope };
}

export function replyToOf(request: RequestRecord<Envelope>): ReplyTo {
  const { userId, chatId, messageId, envelope } = request;
  return { userId, chatId, messageId, ...envelope };
}

import type { Chat } from './chat.ts';
import type { StoredMessage } from './message.ts';

/**
 * The `message_thread_id` of a new message: its topic, or that of the message it replies to. In a supergroup without topics it
 * is the first message of the thread of replies.
 */
export function threadOf(chat: Chat, topic: number | undefined, replied: StoredMessage | undefined) {
  if (topic !== undefined || !replied) return topic;
  return chat.kind === 'supergroup' && !chat.isForum ? (replied.threadId ?? replied.id) : replied.threadId;
}

import type { Chat } from './chat.ts';
import type { StoredMessage } from './message.ts';

/**
 * The `message_thread_id` of a new message: its topic, or that of the message it answers. A supergroup without topics
 * has threads of replies instead, called after the message they began with.
 */
export function threadOf(
  chat: Chat,
  topic: number | undefined,
  replied: StoredMessage | undefined,
): number | undefined {
  if (topic !== undefined || !replied) return topic;
  return chat.kind === 'supergroup' && !chat.isForum ? (replied.threadId ?? replied.id) : replied.threadId;
}

import {
  AFTER_ESTIMATE,
  MAX_DELIVERIES,
  type QueueName,
  TO_ESTIMATE,
  TO_ESTIMATE_DEAD,
} from '@attrai/contracts/queues';
import type { Channel, MessagePropertyHeaders } from 'amqplib';

/**
 * RabbitMQ 4 drops a message delivered 20 times unless told otherwise, and 3.x doesn't accept -1 for "no limit". At a
 * delivery a second this limit lasts for 68 years.
 */
const UNLIMITED = 2 ** 31 - 1;

/** `at-least-once` moves a message only when it is safe in `to_estimate.dead`; it demands `reject-publish`. */
const TO_THE_DEAD_LETTERS = {
  'x-dead-letter-exchange': '',
  'x-dead-letter-routing-key': TO_ESTIMATE_DEAD,
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
};

/**
 * - to_estimate: the limit counts returns, so that delivery number MAX_DELIVERIES is the last.
 * - after_estimate: an answer is ready and must not be lost because Redis is away for a while: it is tried again,
 *   with longer and longer pauses, until it succeeds or fails for good.
 * - to_estimate.dead: the end of the line.
 */
const QUEUES: Record<QueueName, Record<string, unknown>> = {
  [TO_ESTIMATE_DEAD]: { 'x-delivery-limit': UNLIMITED },
  [TO_ESTIMATE]: { ...TO_THE_DEAD_LETTERS, 'x-delivery-limit': MAX_DELIVERIES - 1 },
  [AFTER_ESTIMATE]: { ...TO_THE_DEAD_LETTERS, 'x-delivery-limit': UNLIMITED },
};

/** Declares the three queues (quorum queues, on RabbitMQ 3.10 to 4.x). Declaring again is harmless. */
export async function declareQueues(channel: Channel): Promise<void> {
  for (const queue of Object.keys(QUEUES)) await declareQueue(channel, queue as QueueName);
}

/** Resolves to the number of messages that wait in the queue. */
export async function declareQueue(channel: Channel, queue: QueueName): Promise<number> {
  const args = { 'x-queue-type': 'quorum', ...QUEUES[queue] };
  return (await channel.assertQueue(queue, { durable: true, arguments: args })).messageCount;
}

/** The queue a dead letter came from, by the headers RabbitMQ gives it. Undefined if it came from none of ours. */
export function diedInOf(headers: MessagePropertyHeaders | undefined): QueueName | undefined {
  const names = Object.keys(QUEUES) as QueueName[];
  return names.find((name) => name === headers?.['x-first-death-queue']);
}

/** Whether a message is a dead letter since its time was over, or since it was rejected for good, by the headers RabbitMQ gives it. */
export function causeOfDeath(headers: MessagePropertyHeaders | undefined): { expired: boolean; refused: boolean } {
  const reason = headers?.['x-first-death-reason'];
  return { expired: reason === 'expired', refused: reason === 'rejected' };
}

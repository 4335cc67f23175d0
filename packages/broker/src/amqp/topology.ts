import {
  AFTER_ESTIMATE,
  MAX_DELIVERIES,
  type QueueName,
  TO_ESTIMATE,
  TO_ESTIMATE_DEAD,
} from '@attrai/contracts/queues';
import type { Channel, MessagePropertyHeaders, Replies } from 'amqplib';

/**
 * By default RabbitMQ 4 drops a message after 20 deliveries, and 3.x doesn't accept -1 for "no limit". At one delivery a second
 * this limit is reached after 68 years.
 */
const UNLIMITED = 2 ** 31 - 1;

/** With `at-least-once` a message leaves its queue only when `to_estimate.dead` has confirmed it. That needs `reject-publish`. */
const TO_THE_DEAD_LETTERS = {
  'x-dead-letter-exchange': '',
  'x-dead-letter-routing-key': TO_ESTIMATE_DEAD,
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
};

/**
 * - to_estimate: the limit counts redeliveries, so that delivery number MAX_DELIVERIES is the last.
 * - after_estimate: no limit. A result must not be lost in an outage: it is retried, with back-off, until it succeeds or fails
 *   for good.
 * - to_estimate.dead: no limit, and no further queue.
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
export async function declareQueue(channel: Channel, queue: QueueName): Promise<Replies.AssertQueue> {
  const args = { 'x-queue-type': 'quorum', ...QUEUES[queue] };
  return channel.assertQueue(queue, { durable: true, arguments: args });
}

/** The queue that a dead letter came from, by RabbitMQ's headers. Undefined if it came from none of ours. */
export function diedInOf(headers: MessagePropertyHeaders | undefined): QueueName | undefined {
  const names = Object.keys(QUEUES) as QueueName[];
  return names.find((name) => name === headers?.['x-first-death-queue']);
}

/** Whether a dead letter expired or was rejected, by RabbitMQ's headers. */
export function causeOfDeath(headers: MessagePropertyHeaders | undefined): { expired: boolean; refused: boolean } {
  const reason = headers?.['x-first-death-reason'];
  return { expired: reason === 'expired', refused: reason === 'rejected' };
}

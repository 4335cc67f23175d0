import type { TlsParts } from '@attrai/config/tls';
import type { QueueName } from '@attrai/contracts/queues';
import { type ConfirmChannel, connect, type MessagePropertyHeaders } from 'amqplib';
import type { Wire } from '../wire-format.ts';
import { explain } from './explain.ts';
import { expirationAt } from './publisher.ts';
import { declareQueues, diedInOf } from './topology.ts';

export interface AmqpServer {
  /** As for `connectBroker`. */
  url: string;
  tls?: TlsParts;
}

/** A message that waits in a queue. */
export interface WaitingMessage {
  wire: Wire;
  /** Of a dead letter: from which queue, when (ms since the epoch) and why RabbitMQ moved it. */
  diedIn: QueueName | undefined;
  diedAt: number | undefined;
  reason: string | undefined;
}

/** What becomes of a message: it stays, is deleted, or moves to another queue, where it may wait until `expiresAt`. */
export type Decision = 'stay' | 'drop' | { to: QueueName; expiresAt?: number | undefined };

/**
 * Calls `decide` with each message that waits in `queue` now, in their order. Those that stay keep it. One that moves is
 * confirmed there before it is deleted here. Throws an Error in plain words if RabbitMQ can't be reached or used.
 */
export async function scanQueue(
  server: AmqpServer,
  queue: QueueName,
  decide: (message: WaitingMessage) => Decision,
): Promise<void> {
  await onChannel(server, async (channel) => {
    // A busy quorum queue may report a length of 0. Each message brings the true count.
    const behind = (await scanNext(channel, queue, decide)) ?? 0;
    for (let i = 0; i < behind; i++) if ((await scanNext(channel, queue, decide)) === undefined) break;
  });
}

/** Resolves to how many messages wait behind this one; undefined if there was none. */
async function scanNext(
  channel: ConfirmChannel,
  queue: QueueName,
  decide: (message: WaitingMessage) => Decision,
): Promise<number | undefined> {
  const message = await channel.get(queue);
  if (message === false) return undefined;
  const behind = message.fields.messageCount;
  const { headers, contentType } = message.properties;
  const wire = { contentType: String(contentType), body: message.content };
  const decision = decide({ wire, ...deathOf(headers) });
  if (decision === 'stay') return behind;
  if (decision !== 'drop') {
    const options = { persistent: true, contentType: wire.contentType, ...expirationAt(decision.expiresAt) };
    channel.sendToQueue(decision.to, wire.body, options);
    await channel.waitForConfirms();
  }
  channel.ack(message);
  return behind;
}

/** Publishes bytes as they are and waits for the confirmation. Throws as `scanQueue`. */
export async function putWire(server: AmqpServer, queue: QueueName, { contentType, body }: Wire): Promise<void> {
  await onChannel(server, async (channel) => {
    channel.sendToQueue(queue, body, { persistent: true, contentType });
    await channel.waitForConfirms();
  });
}

/** Runs `work` on a channel of its own, with the queues declared. */
async function onChannel(
  { url, tls = {} }: AmqpServer,
  work: (channel: ConfirmChannel) => Promise<void>,
): Promise<void> {
  const connection = await connect(url, { ...tls, timeout: 10_000 }).catch(inPlainWords);
  connection.on('error', () => {});
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => {});
    await declareQueues(channel).catch(inPlainWords);
    await work(channel);
    // Closing a connection may overtake acknowledgements. Closing a channel does not.
    await channel.close();
  } finally {
    // RabbitMQ requeues what was not acknowledged.
    await connection.close().catch(() => {});
  }
}

function inPlainWords(cause: unknown): never {
  const { advice, words } = explain(cause, "can't reach RabbitMQ (AMQP_URL)");
  throw new Error(`${advice} (${words})`, { cause });
}

function deathOf(headers: MessagePropertyHeaders | undefined): Omit<WaitingMessage, 'wire'> {
  const death = headers?.['x-death']?.[0];
  // In seconds.
  const seconds = death?.time?.value;
  return {
    diedIn: diedInOf(headers),
    diedAt: typeof seconds === 'number' ? seconds * 1000 : undefined,
    reason: death?.reason,
  };
}

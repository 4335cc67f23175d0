import { randomUUID } from 'node:crypto';
import { RetryableError } from '@attrai/contracts/errors';
import type { QueueName } from '@attrai/contracts/queues';
import type { ConfirmChannel } from 'amqplib';
import type { Logger } from '../logger.ts';
import type { Timing } from '../timing.ts';
import type { Wire } from '../wire-format.ts';
import type { Connection } from './connection.ts';
import { keepChannel } from './kept-channel.ts';
import { limited } from './limited.ts';
import { declareQueues } from './topology.ts';

export interface Publisher {
  /** Resolves when messages can be published for the first time. */
  ready(): Promise<void>;
  /** Resolves when the broker has the message safe; throws a RetryableError after `timing.publishMs` at the latest. */
  publish(queue: QueueName, wire: Wire, expiresAt: number | undefined): Promise<void>;
  /** Waits for the publishes under way. */
  close(): Promise<void>;
}

export function openPublisher(connection: Connection, timing: Timing, logger: Logger): Publisher {
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  /** Ids of messages that found no queue: RabbitMQ returns such a message before it confirms it. */
  const returned = new Set<string>();

  const kept = keepChannel<ConfirmChannel>({
    name: 'publish',
    create: () => connection.model.createConfirmChannel(),
    async prepare(channel) {
      channel.on('return', ({ properties }) => returned.add(properties.messageId));
      await declareQueues(channel);
    },
    stopping: stopping.signal,
    timing,
    logger,
  });

  async function publish(queue: QueueName, wire: Wire, expiresAt: number | undefined): Promise<void> {
    const end = Date.now() + timing.publishMs;
    const channel = kept.current ?? (await kept.opened(timing.publishMs));
    // What is sent now would be stored when the alarm ends, and be there twice if it was sent again meanwhile.
    if (connection.blocked) throw new RetryableError('broker_blocked', 'RabbitMQ takes no messages for now');

    const messageId = randomUUID();
    const confirmed = send(channel, queue, wire, messageId, expiresAt);
    await limited(confirmed, end - Date.now(), 'publish_unconfirmed', 'RabbitMQ has not confirmed the message in time');
    if (returned.delete(messageId)) {
      kept.renew(channel);
      throw new RetryableError('queue_missing', `There was no queue ${queue}; it is declared again`);
    }
  }

  return {
    async ready() {
      await kept.opened();
    },
    async publish(queue, wire, expiresAt) {
      if (stopping.signal.aborted) throw new RetryableError('broker_closed', 'The broker is closed');
      const publishing = publish(queue, wire, expiresAt).finally(() => underWay.delete(publishing));
      underWay.add(publishing);
      return publishing;
    },
    async close() {
      stopping.abort();
      await Promise.allSettled(underWay);
    },
  };
}

/** Resolves at the broker's confirmation. Throws RetryableError `publish_failed` if it refuses or the channel closes. */
function send(
  channel: ConfirmChannel,
  queue: QueueName,
  wire: Wire,
  messageId: string,
  expiresAt: number | undefined,
): Promise<void> {
  const failed = (cause: unknown) =>
    new RetryableError('publish_failed', 'The message may not have reached RabbitMQ', { cause });
  return new Promise((resolve, reject) => {
    const options = {
      persistent: true,
      mandatory: true,
      contentType: wire.contentType,
      messageId,
      ...expirationAt(expiresAt),
    };
    try {
      channel.publish('', queue, wire.body, options, (error) => (error ? reject(failed(error)) : resolve()));
    } catch (error) {
      reject(failed(error));
    }
  });
}

/** The property of a message that may wait until `expiresAt` (ms since the epoch), as RabbitMQ wants it: ms from now. */
export function expirationAt(expiresAt: number | undefined): { expiration?: number } {
  return expiresAt === undefined ? {} : { expiration: Math.max(0, expiresAt - Date.now()) };
}

import { randomUUID } from 'node:crypto';
import { RetryableError } from '@attrai/contracts/errors';
import type { QueueName } from '@attrai/contracts/queues';
import type { ConfirmChannel, Options } from 'amqplib';
import type { Logger } from '../logger.ts';
import type { Timing } from '../timing.ts';
import type { Wire } from '../wire-format.ts';
import type { Connection } from './connection.ts';
import { KeptChannel } from './kept-channel.ts';
import { limited } from './limited.ts';
import { declareQueues } from './topology.ts';

/** Publishes messages and waits for RabbitMQ's confirmation of each. */
export class Publisher {
  #connection: Connection;
  #timing: Timing;
  #channel: KeptChannel<ConfirmChannel>;
  #stopping = new AbortController();
  #inFlight = new Set<Promise<void>>();
  /** Ids of messages that found no queue: RabbitMQ returns such a message before it confirms it. */
  #returned = new Set<string>();

  constructor(connection: Connection, timing: Timing, logger: Logger) {
    this.#connection = connection;
    this.#timing = timing;
    this.#channel = new KeptChannel<ConfirmChannel>({
      name: 'publish',
      create: () => connection.model.createConfirmChannel(),
      prepare: async (channel) => {
        channel.on('return', ({ properties }) => this.#returned.add(properties.messageId));
        await declareQueues(channel);
      },
      stopping: this.#stopping.signal,
      timing,
      logger,
    });
  }

  /** Resolves when messages can be published for the first time. */
  async ready(): Promise<void> {
    await this.#channel.opened();
  }

  /** Resolves when RabbitMQ has confirmed the message. Throws a RetryableError after `timing.publishMs` at the latest. */
  async publish(queue: QueueName, wire: Wire, expiresAt: number | undefined): Promise<void> {
    if (this.#stopping.signal.aborted) throw new RetryableError('broker_closed', 'The broker is closed');
    const publishing = this.#send(queue, wire, expiresAt).finally(() => this.#inFlight.delete(publishing));
    this.#inFlight.add(publishing);
    return publishing;
  }

  /** Waits for the publishes in flight. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled(this.#inFlight);
  }

  async #send(queue: QueueName, wire: Wire, expiresAt: number | undefined): Promise<void> {
    const { publishMs } = this.#timing;
    const end = Date.now() + publishMs;
    const channel = this.#channel.current ?? (await this.#channel.opened(publishMs));
    // RabbitMQ would store it when the alarm ends. A retry meanwhile would make it two.
    if (this.#connection.blocked) throw new RetryableError('broker_blocked', 'RabbitMQ takes no messages for now');

    const messageId = randomUUID();
    const options = { persistent: true, mandatory: true, contentType: wire.contentType, messageId };
    const confirmed = confirm(channel, queue, wire.body, { ...options, ...expirationAt(expiresAt) });
    await limited(confirmed, end - Date.now(), 'publish_unconfirmed', 'RabbitMQ has not confirmed the message in time');
    if (this.#returned.delete(messageId)) {
      this.#channel.renew(channel);
      throw new RetryableError('queue_missing', `There was no queue ${queue}; it is declared again`);
    }
  }
}

/** Resolves at RabbitMQ's confirmation. Throws RetryableError `publish_failed` if it refuses or the channel closes. */
function confirm(channel: ConfirmChannel, queue: string, body: Buffer, options: Options.Publish): Promise<void> {
  const failed = (cause: unknown) =>
    new RetryableError('publish_failed', 'The message may not have reached RabbitMQ', { cause });
  return new Promise((resolve, reject) => {
    try {
      channel.publish('', queue, body, options, (error) => (error ? reject(failed(error)) : resolve()));
    } catch (error) {
      reject(failed(error));
    }
  });
}

/** The property of a message that may wait until `expiresAt` (ms since the epoch). RabbitMQ wants ms from now. */
export function expirationAt(expiresAt: number | undefined): { expiration?: number } {
  return expiresAt === undefined ? {} : { expiration: Math.max(0, expiresAt - Date.now()) };
}

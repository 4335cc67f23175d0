import { RetryableError } from '@attrai/contracts/errors';
import type { QueueName } from '@attrai/contracts/queues';
import type { Channel, Replies } from 'amqplib';
import type { Broker, Consumer, Handler, Message } from '../broker.ts';
import type { Logger } from '../logger.ts';
import type { Timing } from '../timing.ts';
import { encode } from '../wire-format.ts';
import type { Connection } from './connection.ts';
import { QueueConsumer } from './consumer.ts';
import { KeptChannel } from './kept-channel.ts';
import { limited } from './limited.ts';
import type { Problems } from './problems.ts';
import { Publisher } from './publisher.ts';
import { declareQueue, declareQueues } from './topology.ts';

export interface RabbitmqBrokerParts {
  publishing: Connection;
  consuming: Connection;
  timing: Timing;
  problems: Problems;
  logger: Logger;
  onFatal(error: unknown): void;
}

export class RabbitmqBroker implements Broker {
  #parts: RabbitmqBrokerParts;
  #publisher: Publisher;
  #consumers: QueueConsumer[] = [];
  /** Opened at the first question. */
  #depthChannel: KeptChannel<Channel> | undefined;
  #stopping = new AbortController();
  #broken = false;

  constructor(parts: RabbitmqBrokerParts) {
    this.#parts = parts;
    const { publishing: connection, timing, problems } = parts;
    this.#publisher = new Publisher({ connection, timing, problems });
  }

  get connected(): boolean {
    return this.#parts.publishing.open && this.#parts.consuming.open;
  }

  get problem(): string | undefined {
    const { first } = this.#parts.problems;
    if (first !== undefined) return first;
    if (!this.connected) return 'not connected to RabbitMQ (AMQP_URL)';
    if (!this.#publisher.open) return 'waiting for RabbitMQ to open a channel and to declare the queues';
    const missing = this.#consumers.find((consumer) => consumer.missing)?.missing;
    return missing && `not consuming ${missing}`;
  }

  /** Resolves when messages could be published once. Throws RetryableError `broker_closed` if it is closed before. */
  async ready(): Promise<void> {
    await this.#publisher.ready();
    await this.#parts.consuming.model.waitForConnect();
  }

  async publish(queue: QueueName, message: Message, expiresAt?: number): Promise<void> {
    await this.#publisher.publish(queue, encode(message), expiresAt);
  }

  async consume(queue: QueueName, prefetch: number, handler: Handler): Promise<Consumer> {
    this.#refuseWhenClosed();
    const { consuming: connection, timing, problems, logger } = this.#parts;
    const onFatal = (error: unknown) => this.#fail(error);
    const closing = this.#stopping.signal;
    const consumer = await QueueConsumer.start({
      connection,
      queue,
      prefetch,
      handler,
      timing,
      problems,
      logger,
      onFatal,
      closing,
    });
    this.#consumers.push(consumer);
    return consumer;
  }

  async depth(queue: QueueName): Promise<number> {
    return (await this.#look(queue)).messageCount;
  }

  async consumers(queue: QueueName): Promise<number> {
    return (await this.#look(queue)).consumerCount;
  }

  async #look(queue: QueueName): Promise<Replies.AssertQueue> {
    this.#refuseWhenClosed();
    const { consuming, timing, problems } = this.#parts;
    this.#depthChannel ??= new KeptChannel<Channel>({
      name: 'depth',
      create: () => consuming.model.createChannel(),
      prepare: declareQueues,
      stopping: this.#stopping.signal,
      timing,
      problems,
    });
    const counted = declareQueue(await this.#depthChannel.opened(timing.publishMs), queue);
    return limited(counted, timing.publishMs, 'broker_unavailable', 'RabbitMQ does not answer');
  }

  async close(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
    this.#stopping.abort();
    await this.#publisher.close();
    await Promise.all([this.#parts.publishing.close(), this.#parts.consuming.close()]);
  }

  #refuseWhenClosed(): void {
    if (this.#stopping.signal.aborted) throw new RetryableError('broker_closed', 'The broker is closed');
  }

  #fail(error: unknown): void {
    if (!this.#broken) this.#parts.onFatal(error);
    this.#broken = true;
  }
}

import { RetryableError } from '@attrai/contracts/errors';
import { AFTER_ESTIMATE, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { Broker, Consumer, Handler, Message } from './broker.ts';
import { EmbeddedConsumer } from './embedded/consumer.ts';
import { EmbeddedQueue } from './embedded/queue.ts';
import { type Logger, silentLogger } from './logger.ts';
import { TIMING, type Timing } from './timing.ts';
import { encode } from './wire-format.ts';

export interface EmbeddedBrokerOptions {
  logger?: Logger;
  /** Told once, when a handler threw a fatal error. */
  onFatal?: (error: unknown) => void;
  timing?: Pick<Timing, 'retry'>;
}

/** A broker inside this process, with the semantics of the real one. Messages that wait in it are lost with the process. */
export class EmbeddedBroker implements Broker {
  #options: EmbeddedBrokerOptions;
  #queues: Record<QueueName, EmbeddedQueue>;
  #consumers: Consumer[] = [];
  #closed = false;
  #broken = false;

  constructor(options: EmbeddedBrokerOptions = {}) {
    this.#options = options;
    const dead = new EmbeddedQueue(TO_ESTIMATE_DEAD);
    this.#queues = {
      [TO_ESTIMATE]: new EmbeddedQueue(TO_ESTIMATE, dead),
      [AFTER_ESTIMATE]: new EmbeddedQueue(AFTER_ESTIMATE, dead),
      [TO_ESTIMATE_DEAD]: dead,
    };
  }

  get connected(): boolean {
    return !this.#closed;
  }

  get problem(): string | undefined {
    return this.#closed ? 'the broker is closed' : undefined;
  }

  async publish(queue: QueueName, message: Message, expiresAt?: number): Promise<void> {
    const wire = encode(message);
    this.#refuseWhenClosed();
    this.#queues[queue].append({ wire, failures: 0, expiresAt });
  }

  async consume(queue: QueueName, prefetch: number, handler: Handler): Promise<Consumer> {
    this.#refuseWhenClosed();
    const { logger = silentLogger, timing = TIMING } = this.#options;
    const context = { handler, timing, logger, onFatal: (error: unknown) => this.#fail(error) };
    const consumer = new EmbeddedConsumer(this.#queues[queue], prefetch, context);
    this.#consumers.push(consumer);
    return consumer;
  }

  async depth(queue: QueueName): Promise<number> {
    return this.#queues[queue].depth;
  }

  async consumers(queue: QueueName): Promise<number> {
    return this.#queues[queue].consumers;
  }

  async close(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
    this.#closed = true;
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new RetryableError('broker_closed', 'The broker is closed');
  }

  #fail(error: unknown): void {
    if (!this.#broken) this.#options.onFatal?.(error);
    this.#broken = true;
  }
}

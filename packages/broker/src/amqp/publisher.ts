import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { RetryableError } from '@attrai/contracts/errors';
import type { QueueName } from '@attrai/contracts/queues';
import type { ConfirmChannel, Options } from 'amqplib';
import type { Timing } from '../timing.ts';
import type { Wire } from '../wire-format.ts';
import type { Connection } from './connection.ts';
import { explain } from './explain.ts';
import { KeptChannel } from './kept-channel.ts';
import { limited } from './limited.ts';
import type { Problems } from './problems.ts';
import { declareQueues } from './topology.ts';

export interface PublisherSpec {
  connection: Connection;
  timing: Timing;
  problems: Problems;
}

/** The name of no queue: RabbitMQ drops what is sent there. */
const NOWHERE = 'attrai.check';
const PLACE = 'publish';
const SILENT = 'RabbitMQ does not answer, or confirms no messages: see its log, and whether most of its nodes run';

/** Publishes messages and waits for RabbitMQ's confirmation of each. */
export class Publisher {
  #spec: PublisherSpec;
  #channel: KeptChannel<ConfirmChannel>;
  #stopping = new AbortController();
  #inFlight = new Set<Promise<void>>();
  /** Ids of messages that found no queue: RabbitMQ returns such a message before it confirms it. */
  #returned = new Set<string>();
  #checks: NodeJS.Timeout;

  constructor(spec: PublisherSpec) {
    this.#spec = spec;
    const { connection, timing, problems } = spec;
    this.#channel = new KeptChannel<ConfirmChannel>({
      name: PLACE,
      create: () => connection.model.createConfirmChannel(),
      prepare: async (channel) => {
        channel.on('return', ({ properties }) => this.#returned.add(properties.messageId));
        await this.#check(channel);
      },
      stopping: this.#stopping.signal,
      timing,
      problems,
    });
    this.#checks = setInterval(() => this.#checkAgain(), timing.checkMs).unref();
  }

  /** True while messages can be published, as far as is known. */
  get open(): boolean {
    return this.#channel.current !== undefined;
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
    clearInterval(this.#checks);
    await Promise.allSettled(this.#inFlight);
  }

  async #send(queue: QueueName, wire: Wire, expiresAt: number | undefined): Promise<void> {
    const { connection, timing } = this.#spec;
    const { publishMs } = timing;
    const end = Date.now() + publishMs;
    const channel = this.#channel.current ?? (await this.#channel.opened(publishMs));
    // RabbitMQ would store it when the alarm ends. A retry meanwhile would make it two.
    if (connection.blocked) throw new RetryableError('broker_blocked', 'RabbitMQ takes no messages for now');

    const messageId = randomUUID();
    const options = { persistent: true, mandatory: true, contentType: wire.contentType, messageId };
    const confirmed = confirm(channel, queue, wire.body, { ...options, ...expirationAt(expiresAt) });
    await limited(confirmed, end - Date.now(), 'publish_unconfirmed', 'RabbitMQ has not confirmed the message in time');
    if (this.#returned.delete(messageId)) {
      this.#channel.renew(channel);
      throw new RetryableError('queue_missing', `There was no queue ${queue}; it is declared again`);
    }
  }

  /**
   * Makes sure that the queues are there and that messages can be sent: RabbitMQ checks the right to write, and tells of an
   * alarm, only when something is sent. Resolves when the connection is blocked, too: that is a problem of its own.
   */
  async #check(channel: ConfirmChannel): Promise<void> {
    const { connection, timing } = this.#spec;
    const { promise: blocked, resolve } = Promise.withResolvers<void>();
    connection.model.once('blocked', resolve);
    const checked = async () => {
      await declareQueues(channel);
      await Promise.race([blocked, confirm(channel, NOWHERE, Buffer.alloc(0), {})]);
    };
    try {
      await limited(checked(), timing.publishMs, 'broker_unavailable', 'no answer');
    } finally {
      connection.model.off('blocked', resolve);
    }
  }

  async #checkAgain(): Promise<void> {
    const { connection, problems } = this.#spec;
    const channel = this.#channel.current;
    connection.noteAlarm();
    if (!channel || connection.blocked) return;
    try {
      await this.#check(channel);
      problems.over(PLACE);
    } catch (error) {
      // A channel or connection that was closed has told why.
      await setImmediate();
      if (this.#channel.current === channel) problems.note(PLACE, explain(error, SILENT));
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

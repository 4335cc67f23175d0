import { RetryableError } from '@attrai/contracts/errors';
import type { Channel } from 'amqplib';
import { openConnection } from './amqp/connection.ts';
import { startConsumer } from './amqp/consumer.ts';
import { type KeptChannel, keepChannel } from './amqp/kept-channel.ts';
import { limited } from './amqp/limited.ts';
import { openPublisher } from './amqp/publisher.ts';
import { declareQueue, declareQueues } from './amqp/topology.ts';
import { createUnreachable } from './amqp/unreachable.ts';
import type { Broker, Consumer } from './broker.ts';
import { type Logger, silentLogger } from './logger.ts';
import { TIMING, type Timing } from './timing.ts';
import { encode } from './wire-format.ts';

export interface ConnectBrokerOptions {
  /** amqp://user:password@host:port/vhost, or amqps. */
  url: string;
  logger?: Logger;
  /** Told once, when a handler threw a fatal error. */
  onFatal: (error: unknown) => void;
  /** A lost connection is there again; there are two, and each is told of. */
  onReconnected?: () => void;
  timing?: Partial<Timing>;
}

/**
 * Connects to RabbitMQ and declares the queues. Waits for a RabbitMQ that isn't there yet, logging why, and from then
 * on mends what breaks: connections, channels, consumers, deleted queues.
 */
export async function connectBroker(options: ConnectBrokerOptions): Promise<Broker> {
  const { url, logger = silentLogger, onReconnected = () => {} } = options;
  const timing: Timing = { ...TIMING, ...options.timing };
  const unreachable = createUnreachable(logger);
  // Apart, since a memory alarm blocks a connection that publishes, and must not keep acknowledgements back.
  const [publishing, consuming] = await Promise.all([
    openConnection(url, 'publish', timing, logger, unreachable, onReconnected),
    openConnection(url, 'consume', timing, logger, unreachable, onReconnected),
  ]);
  const publisher = openPublisher(publishing, timing, logger);
  const consumers: Consumer[] = [];
  const stopping = new AbortController();
  let depthChannel: KeptChannel<Channel> | undefined;
  let fatal = false;

  function onFatal(error: unknown): void {
    if (!fatal) options.onFatal(error);
    fatal = true;
  }

  function refuseWhenClosed(): void {
    if (stopping.signal.aborted) throw new RetryableError('broker_closed', 'The broker is closed');
  }

  await Promise.all([publisher.ready(), consuming.model.waitForConnect()]);

  return {
    get connected() {
      return publishing.open && consuming.open;
    },
    async publish(queue, message, expiresAt) {
      await publisher.publish(queue, encode(message), expiresAt);
    },
    async consume(queue, prefetch, handler) {
      refuseWhenClosed();
      const spec = {
        connection: consuming,
        queue,
        prefetch,
        handler,
        timing,
        logger,
        onFatal,
        closing: stopping.signal,
      };
      const consumer = await startConsumer(spec);
      consumers.push(consumer);
      return consumer;
    },
    async depth(queue) {
      refuseWhenClosed();
      depthChannel ??= keepChannel<Channel>({
        name: 'depth',
        create: () => consuming.model.createChannel(),
        prepare: declareQueues,
        stopping: stopping.signal,
        timing,
        logger,
      });
      const channel = await depthChannel.opened(timing.publishMs);
      const counted = declareQueue(channel, queue);
      return limited(counted, timing.publishMs, 'broker_unavailable', 'RabbitMQ does not answer');
    },
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      stopping.abort();
      await publisher.close();
      await Promise.all([publishing.close(), consuming.close()]);
    },
  };
}

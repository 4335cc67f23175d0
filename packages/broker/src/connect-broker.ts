import type { TlsParts } from '@attrai/config/tls';
import { Connection } from './amqp/connection.ts';
import { Problems } from './amqp/problems.ts';
import { RabbitmqBroker } from './amqp/rabbitmq-broker.ts';
import type { Broker } from './broker.ts';
import { type Logger, silentLogger } from './logger.ts';
import { TIMING, type Timing } from './timing.ts';

export interface ConnectBrokerOptions {
  /** amqp://user:password@host:port/vhost, or amqps. */
  url: string;
  /** For amqps, if there is more to it than the CAs that Node knows. */
  tls?: TlsParts;
  logger?: Logger;
  /** Told once, when a handler threw a fatal error. */
  onFatal: (error: unknown) => void;
  /** Told when a lost connection is open again. There are two connections, and it is told of each. */
  onReconnected?: () => void;
  timing?: Partial<Timing>;
}

/**
 * Connects to RabbitMQ and declares the queues. Waits for a RabbitMQ that isn't there yet, or can't work yet. Afterwards it
 * restores whatever breaks: connections, channels, consumers, deleted queues. What is wrong is logged once a minute.
 */
export async function connectBroker(options: ConnectBrokerOptions): Promise<Broker> {
  const broker = await openBroker(options);
  await broker.ready();
  return broker;
}

/** As `connectBroker`, but resolves at once. `problem` tells what `ready()` waits for. */
export async function openBroker(options: ConnectBrokerOptions): Promise<RabbitmqBroker> {
  const { url, tls = {}, logger = silentLogger, onFatal, onReconnected = () => {} } = options;
  const timing = { ...TIMING, ...options.timing };
  const problems = new Problems(url, logger);
  const shared = { url, tls, timing, logger, problems, onReconnected };
  // Two, since a memory alarm blocks a connection that publishes, and must not hold acknowledgements back.
  const [publishing, consuming] = await Promise.all([
    Connection.open({ ...shared, purpose: 'publish' }),
    Connection.open({ ...shared, purpose: 'consume' }),
  ]);
  return new RabbitmqBroker({ publishing, consuming, timing, problems, logger, onFatal });
}

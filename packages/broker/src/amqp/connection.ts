import { hostname } from 'node:os';
import { connect, type RecoveringChannelModel } from 'amqplib';
import type { Logger } from '../logger.ts';
import type { Timing } from '../timing.ts';
import { goodbye } from './limited.ts';
import type { Unreachable } from './unreachable.ts';

export interface ConnectionOptions {
  /** As for `connectBroker`. */
  url: string;
  /** For the log and RabbitMQ's list of connections. */
  purpose: 'publish' | 'consume';
  timing: Timing;
  logger: Logger;
  unreachable: Unreachable;
  onReconnected(): void;
}

/** The handshake of a connection may take this long, in milliseconds. */
const HANDSHAKE_MS = 10_000;

/** A connection to RabbitMQ that connects again whenever it is lost, until `close`. */
export class Connection {
  readonly model: RecoveringChannelModel;
  #open = false;
  /** It was open before and was lost. */
  #lost = false;
  #blocked = false;

  private constructor(model: RecoveringChannelModel, options: ConnectionOptions) {
    this.model = model;
    this.#watch(options);
  }

  /** Resolves at once. Whoever opens a channel waits for the connection. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const { url, purpose, timing } = options;
    const [initialDelay, maxDelay] = timing.reopen;
    const model = await connect(withHeartbeat(url, timing.heartbeatS), {
      noDelay: true,
      keepAlive: true,
      timeout: HANDSHAKE_MS,
      clientProperties: { connection_name: `attrai ${purpose} ${hostname()}` },
      recovery: { initialDelay, maxDelay, jitter: 0.5, waitForConnect: false },
    });
    return new Connection(model, options);
  }

  get open(): boolean {
    return this.#open;
  }

  /** True while RabbitMQ takes no messages from us (a memory or disk alarm). */
  get blocked(): boolean {
    return this.#blocked;
  }

  async close(): Promise<void> {
    await goodbye(this.model.close());
    this.#open = false;
  }

  #watch({ purpose, logger, unreachable, onReconnected }: ConnectionOptions): void {
    const { model } = this;
    model.on('connect', () => {
      this.#open = true;
      unreachable.connected();
      logger.info({ purpose }, 'connected to RabbitMQ');
      if (this.#lost) onReconnected();
      this.#lost = false;
    });
    model.on('disconnect', (error) => {
      this.#open = false;
      this.#lost = true;
      this.#blocked = false;
      logger.warn({ purpose, err: error }, 'lost the connection to RabbitMQ');
    });
    model.on('connect-failed', (error) => unreachable.failed(error));
    model.on('blocked', (reason) => {
      this.#blocked = true;
      logger.warn({ purpose, reason: String(reason) }, 'RabbitMQ takes no messages for now');
    });
    model.on('unblocked', () => {
      this.#blocked = false;
      logger.info({ purpose }, 'RabbitMQ takes messages again');
    });
    model.on('error', () => {}); // 'disconnect' follows
  }
}

/** amqplib takes the heartbeat from the URL. One that the user put there wins. */
function withHeartbeat(url: string, heartbeatS: number): string {
  const target = new URL(url);
  if (!target.searchParams.has('heartbeat')) target.searchParams.set('heartbeat', String(heartbeatS));
  return target.href;
}

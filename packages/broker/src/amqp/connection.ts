import { hostname } from 'node:os';
import type { TlsParts } from '@attrai/config/tls';
import { connect, type RecoveringChannelModel } from 'amqplib';
import type { Logger } from '../logger.ts';
import type { Timing } from '../timing.ts';
import { explain } from './explain.ts';
import { goodbye } from './limited.ts';
import { CONNECTION, type Problems } from './problems.ts';

export interface ConnectionOptions {
  /** As for `connectBroker`. */
  url: string;
  tls: TlsParts;
  /** For the log and RabbitMQ's list of connections. */
  purpose: 'publish' | 'consume';
  timing: Timing;
  logger: Logger;
  problems: Problems;
  onReconnected(): void;
}

const AWAY = 'can not connect to RabbitMQ (AMQP_URL): waiting for it';
const ALARM =
  'RabbitMQ takes no messages, because of an alarm over memory or disk: give it more of what it is low on, or have it ' +
  'hold fewer messages (rabbitmqctl status tells)';

/** The handshake of a connection may take this long, in milliseconds. */
const HANDSHAKE_MS = 10_000;

/** A connection to RabbitMQ that connects again whenever it is lost, until `close`. */
export class Connection {
  readonly model: RecoveringChannelModel;
  #open = false;
  /** It was open before and was lost. */
  #lost = false;
  /** RabbitMQ's reason for taking no messages from us. */
  #alarm: string | undefined;
  #problems: Problems;

  private constructor(model: RecoveringChannelModel, options: ConnectionOptions) {
    this.model = model;
    this.#problems = options.problems;
    this.#watch(options);
  }

  /** Resolves at once. Whoever opens a channel waits for the connection. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const { url, tls, purpose, timing } = options;
    const [initialDelay, maxDelay] = timing.reopen;
    const model = await connect(withHeartbeat(url, timing.heartbeatS), {
      ...tls,
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
    return this.#alarm !== undefined;
  }

  /** Notes the alarm, if there is one. */
  noteAlarm(): void {
    if (this.#alarm !== undefined) this.#problems.note('alarm', { advice: ALARM, words: this.#alarm });
  }

  async close(): Promise<void> {
    await goodbye(this.model.close());
    this.#open = false;
  }

  #watch({ purpose, logger, problems, onReconnected }: ConnectionOptions): void {
    const { model } = this;
    const place = CONNECTION[purpose];
    model.on('connect', () => {
      this.#open = true;
      problems.over(place);
      logger.info({ purpose }, 'connected to RabbitMQ');
      if (this.#lost) onReconnected();
      this.#lost = false;
    });
    model.on('disconnect', (error) => {
      this.#open = false;
      this.#lost = true;
      this.#unblock();
      logger.warn({ purpose, err: error }, 'lost the connection to RabbitMQ');
    });
    model.on('connect-failed', (error) => problems.note(place, explain(error, AWAY)));
    model.on('blocked', (reason) => {
      this.#alarm = String(reason);
      this.noteAlarm();
    });
    model.on('unblocked', () => {
      this.#unblock();
      logger.info({ purpose }, 'RabbitMQ takes messages again');
    });
    model.on('error', () => {}); // 'disconnect' follows
  }

  #unblock(): void {
    this.#alarm = undefined;
    this.#problems.over('alarm');
  }
}

/** amqplib takes the heartbeat from the URL. One that the user put there wins. */
function withHeartbeat(url: string, heartbeatS: number): string {
  const target = new URL(url);
  if (!target.searchParams.has('heartbeat')) target.searchParams.set('heartbeat', String(heartbeatS));
  return target.href;
}

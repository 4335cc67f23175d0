import { hostname } from 'node:os';
import { connect, type RecoveringChannelModel } from 'amqplib';
import type { Logger } from '../logger.ts';
import type { Timing } from '../timing.ts';
import { goodbye } from './limited.ts';
import type { Unreachable } from './unreachable.ts';

export interface Connection {
  readonly model: RecoveringChannelModel;
  readonly open: boolean;
  /** True while the broker takes no messages from us (a memory or disk alarm). */
  readonly blocked: boolean;
  close(): Promise<void>;
}

/** The handshake of a connection may take so long, in milliseconds. */
const HANDSHAKE_MS = 10_000;

/**
 * Connects, and connects again whenever the connection is lost, until `close`. Resolves at once: channels are opened
 * when there is a connection.
 */
export async function openConnection(
  url: string,
  purpose: string,
  timing: Timing,
  logger: Logger,
  unreachable: Unreachable,
  onReconnected: () => void,
): Promise<Connection> {
  const model = await connect(withHeartbeat(url, timing.heartbeatS), {
    noDelay: true,
    keepAlive: true,
    timeout: HANDSHAKE_MS,
    clientProperties: { connection_name: `attrai ${purpose} ${hostname()}` },
    recovery: { initialDelay: timing.reopen[0], maxDelay: timing.reopen[1], jitter: 0.5, waitForConnect: false },
  });
  let open = false;
  let wasLost = false;
  let blocked = false;

  model.on('connect', () => {
    open = true;
    unreachable.connected();
    logger.info({ purpose }, 'connected to RabbitMQ');
    if (wasLost) onReconnected();
    wasLost = false;
  });
  model.on('disconnect', (error) => {
    open = false;
    wasLost = true;
    blocked = false;
    logger.warn({ purpose, err: error }, 'lost the connection to RabbitMQ');
  });
  model.on('connect-failed', unreachable.failed);
  model.on('blocked', (reason) => {
    blocked = true;
    logger.warn({ purpose, reason: String(reason) }, 'RabbitMQ takes no messages for now');
  });
  model.on('unblocked', () => {
    blocked = false;
    logger.info({ purpose }, 'RabbitMQ takes messages again');
  });
  model.on('error', () => {}); // 'disconnect' follows

  return {
    model,
    get open() {
      return open;
    },
    get blocked() {
      return blocked;
    },
    async close() {
      await goodbye(model.close());
      open = false;
    },
  };
}

/** amqplib takes the heartbeat from the URL; one that the user put there wins. */
function withHeartbeat(url: string, heartbeatS: number): string {
  const target = new URL(url);
  if (!target.searchParams.has('heartbeat')) target.searchParams.set('heartbeat', String(heartbeatS));
  return target.href;
}

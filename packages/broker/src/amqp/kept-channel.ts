import { backOffMs, pause } from '@attrai/contracts/back-off';
import { RetryableError } from '@attrai/contracts/errors';
import type { Channel } from 'amqplib';
import type { Logger } from '../logger.ts';
import type { Timing } from '../timing.ts';
import { goodbye, limited } from './limited.ts';

export interface KeptChannel<C extends Channel> {
  /** The channel, while it is open and prepared. */
  readonly current: C | undefined;
  /**
   * The channel, as soon as it is open. Throws RetryableError `broker_unavailable` after `limitMs`, if given, and
   * `broker_closed` when it will not be opened any more.
   */
  opened(limitMs?: number): Promise<C>;
  /** Gives up this channel and opens another. */
  renew(channel: C): void;
  close(): Promise<void>;
}

export interface ChannelSpec<C extends Channel> {
  /** For the log: `publish`, `consume to_estimate`. */
  name: string;
  /** Opens a channel, waiting for the connection if there is none. */
  create(): Promise<C>;
  /** Declares, consumes ...; whatever a new channel needs. */
  prepare(channel: C): Promise<unknown>;
  /** Once aborted, a lost channel isn't opened again. */
  stopping: AbortSignal;
  timing: Timing;
  logger: Logger;
}

/** A channel that lived for less counts as one more failure in a row, in milliseconds. */
const STEADY_MS = 10_000;

/** Opens a channel and opens it again, with growing pauses, whenever it or its connection was closed. */
export function keepChannel<C extends Channel>(spec: ChannelSpec<C>): KeptChannel<C> {
  const { name, timing, logger, stopping } = spec;
  let current: C | undefined;
  let next = promiseOfChannel<C>();

  async function useOne(): Promise<void> {
    const channel = await spec.create();
    const closed = new Promise<void>((resolve) => channel.once('close', resolve));
    channel.on('error', (error) => logger.warn({ channel: name, err: error }, 'RabbitMQ closed a channel'));
    try {
      if (!stopping.aborted) await spec.prepare(channel);
      if (stopping.aborted) return;
      current = channel;
      next.resolve(channel);
      await closed;
    } finally {
      forget(channel);
      end(channel).catch(() => {});
    }
  }

  function forget(channel: C): void {
    if (current !== channel) return;
    current = undefined;
    next = promiseOfChannel();
  }

  async function keepOpen(): Promise<void> {
    let failures = 0;
    while (!stopping.aborted) {
      const start = Date.now();
      try {
        await useOne();
      } catch (error) {
        if (!stopping.aborted) logger.warn({ channel: name, err: error }, 'can not open a channel; trying again');
      }
      failures = Date.now() - start < STEADY_MS ? failures + 1 : 1;
      await pause(backOffMs(timing.reopen, failures), stopping);
    }
    next.reject(new RetryableError('broker_closed', 'The broker is closed'));
  }

  void keepOpen();

  return {
    get current() {
      return current;
    },
    async opened(limitMs) {
      if (limitMs === undefined) return next.promise;
      return limited(next.promise, limitMs, 'broker_unavailable', 'RabbitMQ is out of reach');
    },
    renew(channel) {
      forget(channel);
      end(channel).catch(() => {});
    },
    async close() {
      if (current) await goodbye(end(current));
    },
  };
}

function promiseOfChannel<C>(): PromiseWithResolvers<C> {
  const next = Promise.withResolvers<C>();
  next.promise.catch(() => {}); // Nobody need be waiting.
  return next;
}

/** Closing a channel that is closed already throws. */
async function end(channel: Channel): Promise<void> {
  await channel.close();
}

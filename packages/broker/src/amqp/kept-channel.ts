import { backOffMs, pause } from '@attrai/contracts/back-off';
import { RetryableError } from '@attrai/contracts/errors';
import type { Channel } from 'amqplib';
import type { Timing } from '../timing.ts';
import { explain } from './explain.ts';
import { goodbye, limited } from './limited.ts';
import type { Problems } from './problems.ts';

export interface ChannelSpec<C extends Channel> {
  /** Where its problems are noted: `publish`, `consume to_estimate`. */
  name: string;
  /** Opens a channel, waiting for the connection if there is none. */
  create(): Promise<C>;
  /** Declares queues, consumes: whatever a new channel needs. */
  prepare(channel: C): Promise<unknown>;
  /** Once aborted, a lost channel isn't opened again. */
  stopping: AbortSignal;
  timing: Timing;
  problems: Problems;
}

const UNUSABLE = 'RabbitMQ closed a channel, or could not open one; trying again';

/** A channel that lived for less counts as one more failure in a row, in milliseconds. */
const STEADY_MS = 10_000;

/** A channel that is opened again, with back-off, whenever it or its connection was closed. */
export class KeptChannel<C extends Channel> {
  #spec: ChannelSpec<C>;
  #current: C | undefined;
  /** The channel that is open or will be opened next. */
  #next = promiseOfChannel<C>();

  constructor(spec: ChannelSpec<C>) {
    this.#spec = spec;
    void this.#keepOpen();
  }

  /** The channel, while it is open and prepared. */
  get current(): C | undefined {
    return this.#current;
  }

  /**
   * The channel, as soon as it is open. Throws RetryableError `broker_unavailable` after `limitMs`, if given, and
   * `broker_closed` when it will not be opened any more.
   */
  async opened(limitMs?: number): Promise<C> {
    if (limitMs === undefined) return this.#next.promise;
    return limited(this.#next.promise, limitMs, 'broker_unavailable', 'RabbitMQ is out of reach');
  }

  /** Closes this channel; another is opened in its place. */
  renew(channel: C): void {
    this.#forget(channel);
    end(channel).catch(() => {});
  }

  async close(): Promise<void> {
    if (this.#current) await goodbye(end(this.#current));
  }

  async #keepOpen(): Promise<void> {
    const { stopping, timing } = this.#spec;
    let failures = 0;
    while (!stopping.aborted) {
      const start = Date.now();
      await this.#useOne();
      failures = Date.now() - start < STEADY_MS ? failures + 1 : 1;
      await pause(backOffMs(timing.reopen, failures), stopping);
    }
    this.#next.reject(new RetryableError('broker_closed', 'The broker is closed'));
  }

  /** Opens a channel and resolves when it is closed, or when it could not be opened. Notes why. */
  async #useOne(): Promise<void> {
    const { name, create, prepare, stopping, problems } = this.#spec;
    let channel: C | undefined;
    // What RabbitMQ says as it closes a channel tells more than the error of the call that found it closed.
    let said = false;
    const note = (error: unknown) => problems.note(name, explain(error, UNUSABLE));
    try {
      channel = await create();
      const closed = new Promise<void>((resolve) => channel!.once('close', resolve));
      channel.on('error', (error) => {
        said = true;
        note(error);
      });
      if (!stopping.aborted) await prepare(channel);
      if (stopping.aborted) return;
      this.#current = channel;
      this.#next.resolve(channel);
      problems.over(name);
      await closed;
    } catch (error) {
      if (!stopping.aborted && !said) note(error);
    } finally {
      if (channel) this.renew(channel);
    }
  }

  #forget(channel: C): void {
    if (this.#current !== channel) return;
    this.#current = undefined;
    this.#next = promiseOfChannel();
  }
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

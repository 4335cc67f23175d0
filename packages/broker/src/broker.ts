import type { QueueName } from '@attrai/contracts/queues';

/** What travels: one JSON value and, where a photo goes along, its bytes. */
export interface Message {
  json: unknown;
  attachment?: Buffer;
}

/**
 * What can't be read as a message goes to the dead letters without being delivered. There it is delivered all the same:
 * `json` is undefined, which no message's is, and `attachment` has all of its bytes.
 */
export interface Delivery extends Message {
  /** 1 for the first delivery of this message, 2 for the second, ... */
  attempt: number;
  /** Of a dead letter: the queue it came from, if it came from one. */
  diedIn?: QueueName;
  /** Of a dead letter: it waited there until its time was over. */
  expired?: true;
  /** Of a dead letter: who took it there could not do anything with it, now or ever. */
  refused?: true;
}

/**
 * Works on one delivery. Its result decides the fate of the message; nobody acks by hand:
 * - resolves: done, the message is gone
 * - throws retryable (or anything ungraded): back into the queue, and it counts towards MAX_DELIVERIES, unless the
 *   consumer is being stopped
 * - throws final: to `to_estimate.dead`
 * - throws fatal: the message is handed back uncounted, and `onFatal` of the broker is told
 *
 * `readyForNext` says that what remains to be done is not expected to end the process: the next message may start beside it. It may be
 * called once, or never.
 */
export type Handler = (delivery: Delivery, readyForNext: () => void) => Promise<void>;

export interface Consumer {
  /** True while deliveries can arrive: the truth behind readiness. */
  readonly attached: boolean;
  /** Takes no further message but what is on its way already, waits until all in work are settled. */
  stop(): Promise<void>;
}

export interface Broker {
  readonly connected: boolean;
  /**
   * Resolves when the broker has the message safe. Throws a RetryableError if it can't be had confirmed. What still waits
   * in `queue` at `expiresAt` (ms since the epoch), behind nothing that may stay longer, goes to the dead letters.
   */
  publish(queue: QueueName, message: Message, expiresAt?: number): Promise<void>;
  /**
   * Starts `handler` on the messages of `queue`, at most `prefetch` at a time, and keeps it attached through
   * lost connections, closed channels and cancelled consumers until `stop`. Beside a handler that is `readyForNext`
   * one more may start.
   */
  consume(queue: QueueName, prefetch: number, handler: Handler): Promise<Consumer>;
  /** Messages waiting in `queue` now, those in work not counted. */
  depth(queue: QueueName): Promise<number>;
  /** Stops the consumers, then closes the connections. */
  close(): Promise<void>;
}

import type { QueueName } from '@attrai/contracts/queues';

/** What travels: one JSON value and, where a photo goes along, its bytes. */
export interface Message {
  json: unknown;
  attachment?: Buffer;
}

/**
 * A message that can't be decoded is not delivered but goes to the dead letters. From there it is delivered as it is:
 * `json` is undefined, as in no other message, and `attachment` has all of its bytes.
 */
export interface Delivery extends Message {
  /** 1 for the first delivery of this message, 2 for the second, ... */
  attempt: number;
  /** Of a dead letter: the queue it came from, if it came from one. */
  diedIn?: QueueName;
  /** Of a dead letter: it waited in that queue until it expired. */
  expired?: true;
  /** Of a dead letter: its handler there threw a final error, or it could not be decoded. */
  refused?: true;
}

/**
 * Handles one delivery. Its result decides what becomes of the message:
 * - resolves: the message is acknowledged
 * - throws retryable (or anything ungraded): the message is requeued, which counts towards MAX_DELIVERIES unless the consumer
 *   is being stopped
 * - throws final: the message goes to `to_estimate.dead`
 * - throws fatal: the message is requeued uncounted, and `onFatal` of the broker is told
 *
 * A handler calls `readyForNext`, at most once, when the rest of its work is not expected to kill the process: the next message
 * may be handled beside it.
 */
export type Handler = (delivery: Delivery, readyForNext: () => void) => Promise<void>;

export interface Consumer {
  /** True while deliveries can arrive. Readiness depends on it. */
  readonly attached: boolean;
  /** Takes only messages that are already on their way, and waits until all are settled. */
  stop(): Promise<void>;
}

export interface Broker {
  readonly connected: boolean;
  /**
   * Why messages can't be published or consumed now, and what to do; undefined if nothing is known to be wrong. Readiness depends
   * on it.
   */
  readonly problem: string | undefined;
  /**
   * Resolves when the broker has confirmed the message. Throws a RetryableError if it does not. A message that still waits at
   * the head of `queue` at `expiresAt` (ms since the epoch) goes to the dead letters.
   */
  publish(queue: QueueName, message: Message, expiresAt?: number): Promise<void>;
  /**
   * Calls `handler` with the messages of `queue`, at most `prefetch` at a time, and one more beside a handler that is
   * `readyForNext`. Attaches again after lost connections, closed channels and cancelled consumers, until `stop`.
   */
  consume(queue: QueueName, prefetch: number, handler: Handler): Promise<Consumer>;
  /** Messages that wait in `queue` now. Those in flight are not counted. */
  depth(queue: QueueName): Promise<number>;
  /** Consumers attached to `queue` now, everybody's. */
  consumers(queue: QueueName): Promise<number>;
  /** Stops the consumers, then closes the connections. */
  close(): Promise<void>;
}

import { backOffMs, pause } from '@attrai/contracts/back-off';
import { gradeOf, RetryableError } from '@attrai/contracts/errors';
import { MAX_DELIVERIES, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { Handler, Message } from './broker.ts';
import type { Logger } from './logger.ts';
import type { Timing } from './timing.ts';
import { decode, type Wire } from './wire-format.ts';

/** A message as a queue delivers it. */
export interface Incoming {
  queue: QueueName;
  wire: Wire;
  attempt: number;
  /** Of a dead letter: see `Delivery`. */
  diedIn?: QueueName | undefined;
  expired?: boolean | undefined;
  refused?: boolean | undefined;
  /** For the handler. */
  readyForNext(): void;
}

/** What may become of a message. Exactly one is called. */
export interface Fates {
  /** Acknowledges it. */
  done(): void | Promise<void>;
  /** Requeues it, which counts towards the queue's limit of deliveries. */
  retry(): void | Promise<void>;
  /** Moves it to `to_estimate.dead`. */
  dead(): void | Promise<void>;
  /** Requeues it uncounted. The consumer takes no further message. */
  handBack(): Promise<void>;
}

export interface WorkContext {
  handler: Handler;
  timing: Pick<Timing, 'retry'>;
  logger: Logger;
  /** Aborted when the consumer stops. It ends a pause before a retry. */
  stopping: AbortSignal;
  onFatal(error: unknown): void;
}

/** Calls the handler with a message and settles the message by the handler's result. Never throws. */
export async function workOn(incoming: Incoming, fates: Fates, context: WorkContext): Promise<void> {
  const { queue, wire, attempt, diedIn, expired, refused, readyForNext } = incoming;
  const { logger } = context;
  try {
    const message = queue === TO_ESTIMATE_DEAD ? decodeOrKeep(wire) : decode(wire);
    const death = { ...(diedIn && { diedIn }), ...(expired && { expired }), ...(refused && { refused }) };
    await context.handler({ ...message, attempt, ...death }, readyForNext);
    await fates.done();
  } catch (error) {
    const fields = { queue, attempt, err: error };
    switch (gradeOf(error)) {
      case 'retryable':
        logger.warn(fields, 'a message failed and is requeued');
        // A handler that gives up because the process stops says nothing about the message.
        if (context.stopping.aborted) return await fates.handBack();
        await pauseBeforeRetry(incoming, error, context);
        return await fates.retry();
      case 'final':
        return await bury(fields, fates, logger);
      case 'fatal':
        logger.error(fields, 'this process can not go on; the message is requeued');
        await fates.handBack();
        context.onFatal(error);
    }
  }
}

/** A dead letter that can't be decoded is delivered as it is: there is no further queue for it. */
function decodeOrKeep(wire: Wire): Message {
  try {
    return decode(wire);
  } catch {
    return { json: undefined, attachment: wire.body };
  }
}

/**
 * RabbitMQ redelivers a rejected message at once, so the pause comes before the rejection, while the message takes one slot of
 * the prefetch. There is none if the message goes to the dead letters next.
 */
async function pauseBeforeRetry({ queue, attempt }: Incoming, error: unknown, context: WorkContext): Promise<void> {
  if (queue === TO_ESTIMATE && attempt >= MAX_DELIVERIES) return;
  const { retry } = context.timing;
  const asked = error instanceof RetryableError ? (error.retryAfterMs ?? 0) : 0;
  await pause(Math.max(backOffMs(retry, attempt), Math.min(asked, retry[1])), context.stopping);
}

/** A dead letter whose handler throws a final error is dropped: there is no further queue, and it would come back for ever. */
async function bury(fields: { queue: QueueName }, fates: Fates, logger: Logger): Promise<void> {
  if (fields.queue === TO_ESTIMATE_DEAD) {
    logger.error(fields, 'a dead letter can not be handled and is dropped');
    await fates.done();
  } else {
    logger.error(fields, `a message can not be handled and goes to ${TO_ESTIMATE_DEAD}`);
    await fates.dead();
  }
}

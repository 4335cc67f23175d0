import { backOffMs, pause } from '@attrai/contracts/back-off';
import { gradeOf, RetryableError } from '@attrai/contracts/errors';
import { MAX_DELIVERIES, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { Handler, Message } from './broker.ts';
import type { Logger } from './logger.ts';
import type { Timing } from './timing.ts';
import { decode, type Wire } from './wire-format.ts';

/** A message as it comes from a queue. */
export interface Incoming {
  queue: QueueName;
  wire: Wire;
  attempt: number;
  /** Of a dead letter: the queue it came from, if it came from one. */
  diedIn?: QueueName | undefined;
  /** Of a dead letter: it waited there until its time was over. */
  expired?: boolean | undefined;
  /** Of a dead letter: its handler there threw a final error, or it could not be decoded. */
  refused?: boolean | undefined;
  /** For the handler. */
  readyForNext(): void;
}

/** The fates of a message; exactly one is called. */
export interface Fates {
  /** It is done and gone. */
  done(): void | Promise<void>;
  /** Back into the queue; counts towards the queue's limit of deliveries. */
  retry(): void | Promise<void>;
  /** To `to_estimate.dead`. */
  dead(): void | Promise<void>;
  /** Back into the queue uncounted; the consumer takes no further message. */
  handBack(): Promise<void>;
}

export interface WorkContext {
  handler: Handler;
  timing: Pick<Timing, 'retry'>;
  logger: Logger;
  /** Aborted when the consumer stops: nobody waits for a back-off then. */
  stopping: AbortSignal;
  onFatal(error: unknown): void;
}

/** Has the handler work on a message and settles the message by the handler's result. Never throws. */
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
        logger.warn(fields, 'a message failed and goes back into its queue');
        // A handler that gives up waiting since the process ends says nothing about the message.
        if (context.stopping.aborted) return await fates.handBack();
        await pauseBeforeRetry(incoming, error, context);
        return await fates.retry();
      case 'final':
        return await bury(fields, fates, logger);
      case 'fatal':
        logger.error(fields, 'this process can not go on; the message is handed back');
        await fates.handBack();
        context.onFatal(error);
    }
  }
}

/** Behind the dead letters there is nobody else who could look at what is no message. */
function decodeOrKeep(wire: Wire): Message {
  try {
    return decode(wire);
  } catch {
    return { json: undefined, attachment: wire.body };
  }
}

/**
 * A rejected message would come right back. The wait is spent here, where it takes one slot of the prefetch, and is
 * left out when the message goes to the dead letters.
 */
async function pauseBeforeRetry({ queue, attempt }: Incoming, error: unknown, context: WorkContext): Promise<void> {
  if (queue === TO_ESTIMATE && attempt >= MAX_DELIVERIES) return;
  const { retry } = context.timing;
  const asked = error instanceof RetryableError ? (error.retryAfterMs ?? 0) : 0;
  await pause(Math.max(backOffMs(retry, attempt), Math.min(asked, retry[1])), context.stopping);
}

/** There is nothing behind the dead letters: what their handler calls final would come back for ever. */
async function bury(fields: { queue: QueueName }, fates: Fates, logger: Logger): Promise<void> {
  if (fields.queue === TO_ESTIMATE_DEAD) {
    logger.error(fields, 'a dead letter can not be handled and is dropped');
    await fates.done();
  } else {
    logger.error(fields, `a message can not be handled and goes to ${TO_ESTIMATE_DEAD}`);
    await fates.dead();
  }
}

import { FinalError } from '@attrai/contracts/errors';
import type { QueueName } from '@attrai/contracts/queues';
import type { ZodError, ZodType } from 'zod';
import type { Broker, Consumer, Delivery } from './broker.ts';

export interface CheckedMessage<T> {
  queue: QueueName;
  schema: ZodType<T>;
  value: T;
  attachment?: Buffer | undefined;
  /** See `Broker.publish`. */
  expiresAt?: number;
}

/**
 * Publishes `value` if `schema` accepts it; see `Broker.publish`. Throws FinalError `malformed_message` otherwise, and what
 * `Broker.publish` throws.
 */
export async function publishChecked<T>(broker: Broker, message: CheckedMessage<T>): Promise<void> {
  const { queue, schema, value, attachment, expiresAt } = message;
  const json = check(queue, schema, value);
  await broker.publish(queue, attachment ? { json, attachment } : { json }, expiresAt);
}

export interface CheckedQueue<T> {
  queue: QueueName;
  schema: ZodType<T>;
  prefetch: number;
}

/** As a `Handler`; `delivery` has the attachment and the attempt. */
export type CheckedHandler<T> = (value: T, delivery: Delivery, readyForNext: () => void) => Promise<void>;

/** Consumes messages that `schema` accepts. Others go to the dead letters. */
export function consumeChecked<T>(
  broker: Broker,
  { queue, schema, prefetch }: CheckedQueue<T>,
  handler: CheckedHandler<T>,
): Promise<Consumer> {
  return broker.consume(queue, prefetch, async (delivery, readyForNext) =>
    handler(check(queue, schema, delivery.json), delivery, readyForNext),
  );
}

function check<T>(queue: QueueName, schema: ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new FinalError('malformed_message', `Not a message of ${queue}: ${wrongFields(result.error)}`);
}

/** Names the wrong fields, never their values. */
function wrongFields(error: ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.code}`).join(', ');
}

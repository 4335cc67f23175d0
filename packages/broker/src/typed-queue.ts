import { FinalError } from '@attrai/contracts/errors';
import type { QueueName } from '@attrai/contracts/queues';
import type { ZodError, ZodType } from 'zod';
import type { Broker, Consumer, Delivery } from './broker.ts';

/**
 * Publishes `value` if `schema` accepts it; see `Broker.publish`. Throws FinalError `malformed_message` otherwise, and what
 * `Broker.publish` throws.
 */
export async function publishChecked<T>(
  broker: Broker,
  queue: QueueName,
  schema: ZodType<T>,
  value: T,
  { attachment, expiresAt }: { attachment?: Buffer | undefined; expiresAt?: number } = {},
): Promise<void> {
  const json = check(queue, schema, value);
  await broker.publish(queue, attachment ? { json, attachment } : { json }, expiresAt);
}

/**
 * Consumes messages that `schema` accepts. Others go to the dead letters. `delivery` has the attachment and the attempt;
 * `readyForNext` is that of a `Handler`.
 */
export function consumeChecked<T>(
  broker: Broker,
  queue: QueueName,
  schema: ZodType<T>,
  prefetch: number,
  handler: (value: T, delivery: Delivery, readyForNext: () => void) => Promise<void>,
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

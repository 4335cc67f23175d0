import { TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Delivery } from '../src/broker.ts';
import { EmbeddedBroker } from '../src/embedded-broker.ts';
import { consumeChecked, publishChecked } from '../src/typed-queue.ts';

const schema = z.strictObject({ id: z.string().min(3) });

let broker: EmbeddedBroker;
let lines: object[];

beforeEach(() => {
  lines = [];
  const log = (fields: object) => lines.push(fields);
  broker = new EmbeddedBroker({ logger: { info: log, warn: log, error: log } });
});

afterEach(() => broker.close());

test('delivers what the schema accepts, with attachment and attempt', async () => {
  const seen: [unknown, Delivery][] = [];
  await consumeChecked(
    broker,
    { queue: TO_ESTIMATE, schema, prefetch: 1 },
    async (value, delivery) => void seen.push([value, delivery]),
  );
  const attachment = Buffer.from('photo');
  await publishChecked(broker, { queue: TO_ESTIMATE, schema, value: { id: 'abc' }, attachment });
  await expect.poll(() => seen).toEqual([[{ id: 'abc' }, { json: { id: 'abc' }, attachment, attempt: 1 }]]);
});

test('publishes nothing that the schema refuses', async () => {
  const publishing = publishChecked(broker, { queue: TO_ESTIMATE, schema, value: { id: 'x' } });
  await expect(publishing).rejects.toMatchObject({ grade: 'final', code: 'malformed_message' });
  expect(await broker.depth(TO_ESTIMATE)).toBe(0);
});

test('moves what the schema refuses to the dead letters, and logs the wrong fields but not their values', async () => {
  let handled = 0;
  await consumeChecked(broker, { queue: TO_ESTIMATE, schema, prefetch: 1 }, async () => void handled++);
  await broker.publish(TO_ESTIMATE, { json: { id: 7, secret: 'their name' } });
  await expect.poll(() => broker.depth(TO_ESTIMATE_DEAD)).toBe(1);
  expect(handled).toBe(0);

  const [line] = lines as { err: Error; queue: string }[];
  expect(line).toMatchObject({ queue: TO_ESTIMATE, err: { code: 'malformed_message' } });
  expect(line!.err.message).toContain('id: invalid_type');
  expect(line!.err.message).not.toMatch(/their name/);
});

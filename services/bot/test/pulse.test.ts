import type { Broker } from '@attrai/broker/broker';
import { EmbeddedBroker } from '@attrai/broker/embedded-broker';
import { TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { createLogger } from '@attrai/telemetry/logger';
import { afterEach, expect, test } from 'vitest';
import { Pulse } from '../src/pulse.ts';
import { MemoryRequestBook } from '../src/requests/memory-request-book.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function watchPulse(broker: Broker) {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ service: 'bot', destination: { write: (line) => lines.push(JSON.parse(line)) } });
  const book = new MemoryRequestBook<string>();
  const pulse = new Pulse({ broker, book, logger, everyMs: 20 });
  cleanups.push(() => pulse.stop());
  return { lines, book };
}

test('tells again and again how much waits and how much is in work', async () => {
  const broker = new EmbeddedBroker();
  cleanups.push(() => broker.close());
  for (let i = 0; i < 3; i++) await broker.publish(TO_ESTIMATE, { json: i });
  await broker.publish(TO_ESTIMATE_DEAD, { json: 'dead' });
  const { lines, book } = watchPulse(broker);
  const request = { id: 'a', userId: '1', chatId: '1', messageId: '1', deadline: Date.now() + 60_000, envelope: '' };
  await book.accept(request, { maxActivePerUser: 1 });

  const waiting = { level: 'info', msg: 'Pulse', toEstimate: 3, afterEstimate: 0, dead: 1, inWork: 1 };
  await expect.poll(() => lines.at(-1)).toMatchObject(waiting);
  await book.answered('a');
  await expect.poll(() => lines.at(-1)).toMatchObject({ ...waiting, inWork: 0 });
});

test('goes on after RabbitMQ was away', async () => {
  const broker = new EmbeddedBroker();
  cleanups.push(() => broker.close());
  const countWaiting = broker.depth.bind(broker);
  let asked = 0;
  const depth: Broker['depth'] = async (queue) => {
    if (asked++ < 3) throw new Error('RabbitMQ is away');
    return await countWaiting(queue);
  };
  const { lines } = watchPulse(Object.assign(broker, { depth }));
  await expect.poll(() => lines.at(-1)).toMatchObject({ msg: 'Pulse' });
});

import type { Broker } from '@attrai/broker/broker';
import { EmbeddedBroker } from '@attrai/broker/embedded-broker';
import { TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { createLogger } from '@attrai/telemetry/logger';
import { afterEach, expect, test } from 'vitest';
import { createInProcessActiveRequests } from '../src/limits/in-process-active-requests.ts';
import { startPulse } from '../src/pulse.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function watchPulse(broker: Broker) {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ service: 'bot', destination: { write: (line) => lines.push(JSON.parse(line)) } });
  const activeRequests = createInProcessActiveRequests({ maxPerUser: 10 });
  const pulse = startPulse({ broker, activeRequests, logger, everyMs: 20 });
  cleanups.push(() => pulse.stop());
  return { lines, activeRequests };
}

test('tells again and again how much waits and how much is in work', async () => {
  const broker = new EmbeddedBroker();
  cleanups.push(() => broker.close());
  for (let i = 0; i < 3; i++) await broker.publish(TO_ESTIMATE, { json: i });
  await broker.publish(TO_ESTIMATE_DEAD, { json: 'dead' });
  const { lines, activeRequests } = watchPulse(broker);
  await activeRequests.take(1, 'request0000000000', Date.now() + 60_000);

  const waiting = { level: 'info', msg: 'Pulse', toEstimate: 3, afterEstimate: 0, dead: 1, inWork: 1 };
  await expect.poll(() => lines.at(-1)).toMatchObject(waiting);
  await activeRequests.release(1, 'request0000000000');
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

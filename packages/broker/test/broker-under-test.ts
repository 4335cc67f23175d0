import type { BackOff } from '@attrai/contracts/back-off';
import type { QueueName } from '@attrai/contracts/queues';
import { beforeEach, expect } from 'vitest';
import type { Broker, Delivery } from '../src/broker.ts';

export interface BrokerUnderTest {
  /** A broker on empty queues, closed after the test. */
  open(onFatal: (error: unknown) => void, retry: BackOff): Promise<Broker>;
  /** Another on the same queues, where there can be one. */
  openAnother?(): Promise<Broker>;
  /** Puts a body into the queue as it is, where anybody but our brokers can. */
  putRaw?(queue: QueueName, contentType: string, body: Buffer): Promise<void>;
  /** Whether a message that is handed back counts as delivered once more (RabbitMQ before 4.3). */
  countsHandBacks: boolean;
}

export const BRIEF: BackOff = [5, 50];

/** A broker for each test, and what most tests do with it. */
export function openForEach(underTest: BrokerUnderTest) {
  const opened = { broker: undefined as unknown as Broker, fatalErrors: [] as unknown[] };

  beforeEach(async () => {
    const fatalErrors: unknown[] = [];
    opened.fatalErrors = fatalErrors;
    opened.broker = await underTest.open((error) => fatalErrors.push(error), BRIEF);
  });

  return {
    opened,
    /** Collects what a queue delivers. */
    async collect(queue: QueueName, prefetch = 10) {
      const deliveries: Delivery[] = [];
      const consumer = await opened.broker.consume(queue, prefetch, async (delivery) => void deliveries.push(delivery));
      return { deliveries, consumer, values: () => deliveries.map(({ json }) => json) };
    },
    async publishAll(queue: QueueName, ...values: unknown[]): Promise<void> {
      for (const json of values) await opened.broker.publish(queue, { json });
    },
    depthOf: (queue: QueueName) => expect.poll(() => opened.broker.depth(queue), { timeout: 10_000 }),
  };
}

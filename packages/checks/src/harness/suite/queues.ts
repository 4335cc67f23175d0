import { AFTER_ESTIMATE, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { RabbitmqServer } from '@attrai/test-servers/rabbitmq';
import { connect } from 'amqplib';

const QUEUES: QueueName[] = [TO_ESTIMATE, AFTER_ESTIMATE, TO_ESTIMATE_DEAD];

/** The queues as an operator sees them, past the proxies. */
export interface Queues {
  /** Messages that wait in the queue, those in work not counted. */
  depth(queue: QueueName): Promise<number>;
  /** Puts bytes into the queue as they are. */
  put(queue: QueueName, body: Buffer): Promise<void>;
  /** Messages in all queues; those in work, too, if `inWork`, which takes seconds. */
  messages(options: { inWork: boolean }): Promise<number>;
  /** Throws away what waits. */
  purge(): Promise<void>;
}

export function watchQueues(rabbitmq: RabbitmqServer): Queues {
  async function withChannel<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
    const connection = await connect(rabbitmq.url, { timeout: 5_000 });
    connection.on('error', () => {});
    try {
      const channel = await connection.createConfirmChannel();
      channel.on('error', () => {});
      return await work(channel);
    } finally {
      await connection.close().catch(() => {});
    }
  }

  return {
    depth: (queue) => withChannel(async (channel) => (await channel.checkQueue(queue)).messageCount),
    put: (queue, body) =>
      withChannel(async (channel) => {
        channel.sendToQueue(queue, body, { persistent: true, contentType: 'application/json' });
        await channel.waitForConfirms();
      }),
    async messages({ inWork }) {
      if (inWork) {
        const listed = await rabbitmq.run('rabbitmqctl', 'list_queues', '--quiet', '--no-table-headers', 'messages');
        return listed.split('\n').reduce((sum, line) => sum + (Number.parseInt(line, 10) || 0), 0);
      }
      return withChannel(async (channel) => {
        let sum = 0;
        for (const queue of QUEUES) sum += (await channel.checkQueue(queue)).messageCount;
        return sum;
      });
    },
    purge: () =>
      withChannel(async (channel) => {
        for (const queue of QUEUES) await channel.purgeQueue(queue);
      }),
  };
}

type Channel = Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createConfirmChannel']>>;

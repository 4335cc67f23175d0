import { AFTER_ESTIMATE, type QueueName, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import type { RabbitmqServer } from '@attrai/test-servers/rabbitmq';
import { connect } from 'amqplib';

type Channel = Awaited<ReturnType<Awaited<ReturnType<typeof connect>>['createConfirmChannel']>>;

const QUEUES: QueueName[] = [TO_ESTIMATE, AFTER_ESTIMATE, TO_ESTIMATE_DEAD];

/** The queues of RabbitMQ. Connects directly, not by a proxy. Methods throw while RabbitMQ is away. */
export class Queues {
  readonly #rabbitmq: RabbitmqServer;

  constructor(rabbitmq: RabbitmqServer) {
    this.#rabbitmq = rabbitmq;
  }

  /** Messages that wait in a queue, without those in flight. */
  depth(queue: QueueName): Promise<number> {
    return this.#withChannel(async (channel) => (await channel.checkQueue(queue)).messageCount);
  }

  put(queue: QueueName, body: Buffer): Promise<void> {
    return this.#withChannel(async (channel) => {
      channel.sendToQueue(queue, body, { persistent: true, contentType: 'application/json' });
      await channel.waitForConfirms();
    });
  }

  waiting(): Promise<number> {
    return this.#withChannel(async (channel) => {
      let sum = 0;
      for (const queue of QUEUES) sum += (await channel.checkQueue(queue)).messageCount;
      return sum;
    });
  }

  /** Messages in all queues, with those in flight. Takes seconds; the number may be 5 s old. */
  async all(): Promise<number> {
    const listed = await this.#rabbitmq.run('rabbitmqctl', 'list_queues', '--quiet', '--no-table-headers', 'messages');
    return listed.split('\n').reduce((sum, line) => sum + (Number.parseInt(line, 10) || 0), 0);
  }

  purge(): Promise<void> {
    return this.#withChannel(async (channel) => {
      for (const queue of QUEUES) await channel.purgeQueue(queue);
    });
  }

  async #withChannel<T>(work: (channel: Channel) => Promise<T>): Promise<T> {
    const connection = await connect(this.#rabbitmq.url, { timeout: 5_000 });
    connection.on('error', () => {});
    try {
      const channel = await connection.createConfirmChannel();
      channel.on('error', () => {});
      return await work(channel);
    } finally {
      await connection.close().catch(() => {});
    }
  }
}

import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { type Channel, connect } from 'amqplib';
import { type Leases, lendOut } from './leases.ts';
import { type RabbitmqServer, startRabbitmq } from './rabbitmq.ts';

const QUEUES = [TO_ESTIMATE, AFTER_ESTIMATE, TO_ESTIMATE_DEAD];
const VHOSTS = 16;

/** Virtual hosts of a server started at the first lease, or the one that `amqpUrl` names. */
export function rabbitmqLeases(amqpUrl: string | undefined, started: (server: RabbitmqServer) => void): Leases {
  if (amqpUrl) {
    const make = async () => {
      await withChannel(amqpUrl, refuseIfInUse);
      await deleteQueues(amqpUrl);
      return amqpUrl;
    };
    return lendOut({ limit: 1, make, empty: deleteQueues });
  }

  let starting: Promise<RabbitmqServer> | undefined;
  const start = async () => {
    const server = await startRabbitmq();
    started(server);
    return server;
  };
  const make = async (number: number) => {
    starting ??= start();
    return (await starting).addVhost(`test-${number}`);
  };
  return lendOut({ limit: VHOSTS, make, empty: deleteQueues });
}

async function deleteQueues(url: string): Promise<void> {
  await withChannel(url, async (channel) => {
    for (const queue of QUEUES) await channel.deleteQueue(queue);
  });
}

/** Tests delete queues, which must not be those of a running bot. */
async function refuseIfInUse(channel: Channel): Promise<void> {
  for (const queue of QUEUES) {
    const found = await channel.checkQueue(queue).catch(() => undefined);
    if (found === undefined) return; // A missing queue closes the channel; services declare all three.
    if (found.messageCount > 0 || found.consumerCount > 0) {
      throw new Error(
        `AMQP_URL names a server in use: ${queue} has ${found.messageCount} messages and ${found.consumerCount} ` +
          'consumers. The tests need one that they may empty: unset AMQP_URL, or name a virtual host for tests.',
      );
    }
  }
}

async function withChannel(url: string, work: (channel: Channel) => Promise<void>): Promise<void> {
  const connection = await connect(url, { timeout: 10_000 });
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    await work(channel);
  } finally {
    await connection.close();
  }
}

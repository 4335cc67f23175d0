import { connect } from 'amqplib';

/**
 * Puts a queue with other settings in the place of `queue`, so that nobody who wants it with theirs can work. Resolves to what
 * deletes it again.
 */
export async function makeQueueUnfit(url: string, queue: string): Promise<() => Promise<void>> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  await channel.deleteQueue(queue);
  await channel.assertQueue(queue, { durable: true });
  return async () => {
    await channel.deleteQueue(queue);
    await connection.close();
  };
}

import { afterAll, inject } from 'vitest';

/**
 * The URL of an empty RabbitMQ virtual host that nobody else uses while this test file runs. Call it once, at the top
 * of the file: `const amqpUrl = await ownVhost()`. The first call of a run starts RabbitMQ (some 7 s). Throws an error
 * that says what to do when no RabbitMQ can be had.
 */
export async function ownVhost(): Promise<string> {
  return ownPlace('rabbitmq');
}

/** The URL of an empty Redis database that nobody else uses while this test file runs; see `ownVhost`. */
export async function ownRedis(): Promise<string> {
  return ownPlace('redis');
}

async function ownPlace(kind: string): Promise<string> {
  const address = `${inject('testServers')}/${kind}`;
  const response = await fetch(address, { method: 'POST' });
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  afterAll(async () => {
    await fetch(address, { method: 'DELETE', body: answer });
  });
  return answer;
}

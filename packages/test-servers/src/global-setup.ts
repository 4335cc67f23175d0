import { openDesk } from './desk.ts';
import { rabbitmqLeases } from './rabbitmq-leases.ts';
import { redisLeases } from './redis-leases.ts';
import type { Server } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where `ownVhost` and `ownRedis` ask. */
    testServers: string;
  }
}

/** Once per run of vitest. The servers start when a test file first asks for them, and end with the run. */
export default async function setup(project: { provide(key: 'testServers', value: string): void }) {
  const servers: Server[] = [];
  const started = (server: Server) => {
    console.log(`Testing against ${server.origin}`);
    servers.push(server);
  };
  const desk = await openDesk({
    rabbitmq: rabbitmqLeases(process.env.AMQP_URL, started),
    redis: redisLeases(process.env.REDIS_URL, started),
  });
  project.provide('testServers', desk.url);

  return async function teardown() {
    await desk.close();
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  };
}

import { openDesk } from './desk.ts';
import { rabbitmqLeases } from './rabbitmq-leases.ts';
import { redisLeases } from './redis-leases.ts';
import type { Server } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The port where `ownVhost` and `ownRedis` ask. */
    testServers: number;
  }
}

/** Once per run of vitest. The servers start when a test file first asks for them, and end with the run. */
export default async function setup(project: { provide(key: 'testServers', value: number): void }) {
  const servers: Server[] = [];
  const started = (server: Server) => {
    console.log(`Testing against ${server.origin}`);
    servers.push(server);
  };
  const desk = await openDesk({
    rabbitmq: rabbitmqLeases(process.env.AMQP_URL, started),
    redis: redisLeases(process.env.REDIS_URL, started),
  });
  project.provide('testServers', desk.port);

  return async function teardown() {
    await desk.close();
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  };
}

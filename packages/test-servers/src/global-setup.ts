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
  await buildModels();

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

async function buildModels(): Promise<void> {
  // By path and only here: whoever starts servers for tests shouldn't depend on the models and all that builds them.
  const { ensureModels } = await import('../../models/src/build.ts');
  const { modelsDir } = await import('../../models/cli/models-dir.ts');
  const dir = modelsDir();
  await ensureModels({ dir, onProgress: ({ done, total, file }) => console.log(`Built ${file} (${done}/${total})`) });
}

import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { findSource, type Software } from './find-software.ts';
import { freePort } from './free-port.ts';
import { startGuard } from './guard.ts';
import { serverContainer } from './run-container.ts';
import { runCommand, serverProcess } from './run-process.ts';
import type { Server } from './server.ts';

const REDIS: Software = {
  name: 'Redis',
  image: 'redis:8.8',
  binaries: ['redis-server'],
  debianPackage: 'redis-server',
  variable: 'REDIS_URL',
};

/** As the bot needs its Redis: nothing is lost at a kill, and nothing is evicted. */
const SETTINGS = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory-policy', 'noeviction'];

/** Starts a Redis of your own, append-only file on, eviction off. `run` offers `redis-cli`. */
export async function startRedis(): Promise<Server> {
  const source = await findSource(REDIS);
  const [guard, port] = await Promise.all([startGuard(), freePort()]);
  const url = `redis://127.0.0.1:${port}`;
  const common = { guard, answers: () => answers(url) };

  const server =
    source.kind === 'docker'
      ? serverContainer({
          ...common,
          name: `attrai-test-redis-${randomBytes(4).toString('hex')}`,
          image: source.image,
          ports: [port, 6379],
          env: {},
          args: ['redis-server', ...SETTINGS],
        })
      : {
          ...serverProcess({
            ...common,
            name: 'redis',
            command: source.path,
            args: ['--port', String(port), '--bind', '127.0.0.1', '--dir', guard.folder, ...SETTINGS],
          }),
          run: (tool: string, ...args: string[]) => runCommand(tool, ['-p', String(port), ...args]),
        };

  await server.start();
  return {
    ...server,
    url,
    origin: source.kind === 'docker' ? `docker ${source.image}` : source.path,
    [Symbol.asyncDispose]: () => guard.release(),
  };
}

async function answers(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 1_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}

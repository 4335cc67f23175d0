import { Redis } from 'ioredis';
import { type Leases, lendOut } from './leases.ts';
import { startRedis } from './redis.ts';
import type { Server } from './server.ts';

const DATABASES = 16;

/** Databases of a server started at the first lease, or the one that `redisUrl` names. */
export function redisLeases(redisUrl: string | undefined, started: (server: Server) => void): Leases {
  if (redisUrl) {
    const make = async () => {
      await withClient(redisUrl, refuseIfInUse);
      return redisUrl;
    };
    return lendOut({ limit: 1, make, empty });
  }

  let starting: Promise<Server> | undefined;
  const start = async () => {
    const server = await startRedis();
    started(server);
    return server;
  };
  const make = async (number: number) => {
    starting ??= start();
    return `${(await starting).url}/${number - 1}`;
  };
  return lendOut({ limit: DATABASES, make, empty });
}

async function empty(url: string): Promise<void> {
  await withClient(url, async (client) => void (await client.flushdb()));
}

/** Tests empty their database, which must not be that of a running bot. */
async function refuseIfInUse(client: Redis): Promise<void> {
  const keys = await client.dbsize();
  if (keys > 0) {
    throw new Error(
      `REDIS_URL names a database in use (${keys} keys). The tests need one that they may empty: unset REDIS_URL, ` +
        'or name an empty database (redis://host:6379/15).',
    );
  }
}

async function withClient(url: string, work: (client: Redis) => Promise<void>): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on('error', () => {});
  try {
    await client.connect();
    await work(client);
  } finally {
    client.disconnect();
  }
}

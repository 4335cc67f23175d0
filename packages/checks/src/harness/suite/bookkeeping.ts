import { Redis } from 'ioredis';

/** Counts what the bot keeps in Redis, not through the proxies. */
export interface Bookkeeping {
  /** Slots that are taken, and jobs in whatever state. */
  count(): Promise<{ slots: number; jobs: number }>;
  /** Photos accepted and not answered. A cheap call. */
  inWork(): Promise<number>;
  /** Forgets everything. */
  clear(): Promise<void>;
  close(): void;
}

/**
 * Keys that stay although no photo is left:
 * - attrai:request:<id> with the value `answered`: remembered for a day, so that an update that comes twice is one photo
 * - attrai:rate:<user>: the window of the request rate, gone by itself when the window is over
 * - of each BullMQ queue its settings, the number of its last job, its log of events (bounded) and its marks for checks
 */
const STAYING = /^attrai:(rate:.*|(intake|replies):(meta|id|events|marker|stalled-check|stalled|limiter))$/;
/** Where BullMQ lists jobs by state. */
const LISTS = /^attrai:(intake|replies):(wait|paused|active|delayed|prioritized|waiting-children|completed|failed)$/;

export function watchBookkeeping(url: string): Bookkeeping {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, retryStrategy: () => 200 });
  redis.on('error', () => {});

  async function membersOf(key: string): Promise<string[]> {
    const type = await redis.type(key);
    if (type === 'list') return redis.lrange(key, 0, -1);
    return type === 'zset' ? redis.zrange(key, 0, '-1') : [];
  }

  return {
    async count() {
      const slots = new Set<string>();
      const jobs = new Set<string>();
      for (const key of await redis.keys('attrai:*')) {
        const [, kind, id] = key.split(':') as [string, string, string];
        if (STAYING.test(key)) continue;
        if (kind === 'slots') for (const request of await membersOf(key)) slots.add(request);
        else if (kind === 'request') {
          // It may expire right here.
          if (!['answered', null].includes(await redis.get(key))) slots.add(id);
        } else if (LISTS.test(key)) for (const job of await membersOf(key)) jobs.add(`${kind}:${job}`);
        else jobs.add(`${kind}:${id}`);
      }
      return { slots: slots.size, jobs: jobs.size };
    },
    inWork: () => redis.zcard('attrai:slots'),
    async clear() {
      await redis.flushall();
    },
    close: () => redis.disconnect(),
  };
}

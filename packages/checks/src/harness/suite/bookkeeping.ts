import { Redis } from 'ioredis';

/** What the bot keeps in Redis, counted past the proxies. */
export interface Bookkeeping {
  /** Requests that are not over, and jobs in whatever state. */
  count(): Promise<{ slots: number; jobs: number }>;
  /** Photos accepted and not answered; asking costs next to nothing. */
  inWork(): Promise<number>;
  /** Forgets everything. */
  clear(): Promise<void>;
  close(): void;
}

/**
 * Keys that stay without anything being left:
 * - attrai:book:request:<id> with nothing but a state: remembered for a day, so that an update that comes twice is one photo
 * - attrai:book:watch: that somebody looks for overdue requests, gone by itself
 * - attrai:rate:<user>: the window of the request rate, gone by itself when the window is over
 * - of each BullMQ queue its settings, the number of its last job, its log of events (bounded) and its marks for checks
 */
const STAYING = /^attrai:(rate:.*|book:watch|(intake|replies):(meta|id|events|marker|stalled-check|stalled|limiter))$/;
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
        const [, kind, id, request] = key.split(':') as [string, string, string, string];
        if (STAYING.test(key)) continue;
        if (kind === 'book' && id === 'request') {
          if ((await redis.hlen(key)) > 1) slots.add(request);
        } else if (kind === 'book') {
          for (const member of await membersOf(key)) slots.add(member);
        } else if (LISTS.test(key)) for (const job of await membersOf(key)) jobs.add(`${kind}:${job}`);
        else jobs.add(`${kind}:${id}`);
      }
      return { slots: slots.size, jobs: jobs.size };
    },
    inWork: () => redis.zcard('attrai:book:deadlines'),
    async clear() {
      await redis.flushall();
    },
    close: () => redis.disconnect(),
  };
}

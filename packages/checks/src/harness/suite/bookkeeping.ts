import { Redis } from 'ioredis';

/**
 * Keys that remain although nothing is left over:
 * - attrai:book:request:<id> with a state only: remembered for a day, so that a repeated update makes no second photo
 * - attrai:book:watch: somebody looks for overdue requests; expires
 * - attrai:rate:<user>: window of the request rate; expires
 * - for each BullMQ queue: settings, last job id, log of events (bounded), marks for checks
 */
const STAYING = /^attrai:(rate:.*|book:watch|(intake|replies):(meta|id|events|marker|stalled-check|stalled|limiter))$/;
/** Where BullMQ lists jobs by state. */
const LISTS = /^attrai:(intake|replies):(wait|paused|active|delayed|prioritized|waiting-children|completed|failed)$/;

/** What the bot keeps in Redis. Connects directly, not by a proxy. */
export class Bookkeeping {
  readonly #redis: Redis;

  constructor(url: string) {
    this.#redis = new Redis(url, { maxRetriesPerRequest: 1, retryStrategy: () => 200 });
    this.#redis.on('error', () => {});
  }

  /** Requests that are not over, and jobs in any state. */
  async count(): Promise<{ slots: number; jobs: number }> {
    const slots = new Set<string>();
    const jobs = new Set<string>();
    for (const key of await this.#redis.keys('attrai:*')) {
      const [, kind, id, request] = key.split(':') as [string, string, string, string];
      if (STAYING.test(key)) continue;
      if (kind === 'book' && id === 'request') {
        if ((await this.#redis.hlen(key)) > 1) slots.add(request);
      } else if (kind === 'book') {
        for (const member of await this.#membersOf(key)) slots.add(member);
      } else if (LISTS.test(key)) for (const job of await this.#membersOf(key)) jobs.add(`${kind}:${job}`);
      else jobs.add(`${kind}:${id}`);
    }
    return { slots: slots.size, jobs: jobs.size };
  }

  /** Photos accepted and not answered. A cheap call. */
  inWork(): Promise<number> {
    return this.#redis.zcard('attrai:book:deadlines');
  }

  async clear(): Promise<void> {
    await this.#redis.flushall();
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #membersOf(key: string): Promise<string[]> {
    const type = await this.#redis.type(key);
    if (type === 'list') return this.#redis.lrange(key, 0, -1);
    return type === 'zset' ? this.#redis.zrange(key, 0, '-1') : [];
  }
}

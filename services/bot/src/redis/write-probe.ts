import type { Redis } from 'ioredis';
import type { RedisTroubles } from './redis-troubles.ts';

/** A Redis that takes no writes is noticed within this time, and so is a connection that hangs. */
const EVERY_MS = 5_000;

/** Writes as the request book does. Leaves no key. */
const WRITE = `#!lua
redis.call('SET', ARGV[1], '', 'PX', 1000)
redis.call('DEL', ARGV[1])`;

/** Writes a little every few seconds. A full Redis, or a replica, still answers PING. */
export class WriteProbe {
  #redis: Redis;
  #troubles: RedisTroubles;
  #timer: NodeJS.Timeout;

  constructor(redis: Redis, troubles: RedisTroubles) {
    this.#redis = redis;
    this.#troubles = troubles;
    this.#timer = setInterval(() => void this.#write(), EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #write(): Promise<void> {
    if (this.#redis.status !== 'ready') return;
    try {
      await this.#redis.eval(WRITE, 0, 'attrai:probe');
      this.#troubles.worked();
    } catch {
      // The connection tells `troubles`.
    }
  }
}

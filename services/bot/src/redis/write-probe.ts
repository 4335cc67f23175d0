import type { Redis } from 'ioredis';
import type { RedisTroubles } from './redis-troubles.ts';

/** So often: what keeps Redis from taking writes shows within this, and a connection that hangs only to those who ask. */
const EVERY_MS = 5_000;

/** As the request book writes. Leaves nothing. */
const WRITE = `#!lua
redis.call('SET', ARGV[1], '', 'PX', 1000)
redis.call('DEL', ARGV[1])`;

/** Writes a little now and then: a Redis that is full, or a replica, answers PING as ever. */
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
      // The connection has told `troubles`.
    }
  }
}

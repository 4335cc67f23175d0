import type { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { gradeRedisError } from '../redis/redis-errors.ts';

export interface RateOptions {
  requests: number;
  windowSeconds: number;
}

/** How many photos a user may send in a window of time. */
export class RequestRate {
  #limiter: RateLimiterAbstract;

  constructor(limiter: RateLimiterAbstract) {
    this.#limiter = limiter;
  }

  static inMemory({ requests, windowSeconds }: RateOptions): RequestRate {
    return new RequestRate(new RateLimiterMemory({ points: requests, duration: windowSeconds }));
  }

  static onRedis(options: RateOptions & { redis: Redis; prefix?: string }): RequestRate {
    const { redis, requests, windowSeconds, prefix = 'attrai' } = options;
    const keyPrefix = `${prefix}:rate`;
    return new RequestRate(
      new RateLimiterRedis({ storeClient: redis, points: requests, duration: windowSeconds, keyPrefix }),
    );
  }

  /**
   * Counts one photo and gives undefined if it is within the limit. Else gives the milliseconds to wait.
   * On Redis it throws what `gradeRedisError` makes.
   */
  async take(userId: string): Promise<number | undefined> {
    try {
      await this.#limiter.consume(userId);
      return undefined;
    } catch (refused) {
      if (refused instanceof RateLimiterRes) return refused.msBeforeNext;
      throw gradeRedisError('to count a photo', refused);
    }
  }
}

import { RetryableError } from '@attrai/contracts/errors';
import type { Redis } from 'ioredis';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** How many photos a user may send in a window of time. */
export interface RequestRate {
  /** Counts one photo. Undefined if it is within the limit, else the milliseconds to wait; then nothing was counted. */
  take(userId: number): Promise<number | undefined>;
}

export interface RateOptions {
  requests: number;
  windowSeconds: number;
}

export function createInProcessRequestRate({ requests, windowSeconds }: RateOptions): RequestRate {
  return requestRate(new RateLimiterMemory({ points: requests, duration: windowSeconds }));
}

/** Its `take` throws RetryableError `limits_unavailable` while Redis is away. */
export function createRedisRequestRate(options: RateOptions & { redis: Redis; prefix?: string }): RequestRate {
  const { redis, requests, windowSeconds, prefix = 'attrai' } = options;
  return requestRate(
    new RateLimiterRedis({
      storeClient: redis,
      points: requests,
      duration: windowSeconds,
      keyPrefix: `${prefix}:rate`,
    }),
  );
}

function requestRate(limiter: RateLimiterAbstract): RequestRate {
  return {
    async take(userId) {
      try {
        await limiter.consume(userId);
        return undefined;
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return refused.msBeforeNext;
        throw new RetryableError('limits_unavailable', 'Redis did not answer about the request rate. Try again.', {
          cause: refused,
        });
      }
    },
  };
}

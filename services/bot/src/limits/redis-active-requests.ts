import { RetryableError } from '@attrai/contracts/errors';
import type { Redis } from 'ioredis';
import { type ActiveRequests, MOST_OVERDUE, REMEMBER_MS, type Stage } from './active-requests.ts';

/** Redis's own clock decides, so that a bot whose clock is off frees no slot early. */
const NOW = `local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)`;

const TAKE = `${NOW}
local request, slots, all = KEYS[1], KEYS[2], KEYS[3]
local id, ttl, max, remember = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if redis.call('EXISTS', request) == 1 then return 'already' end
redis.call('ZREMRANGEBYSCORE', slots, '-inf', now)
redis.call('ZREMRANGEBYSCORE', all, '-inf', now)
if redis.call('ZCARD', slots) >= max then return 'full' end
redis.call('ZADD', slots, now + ttl, id)
redis.call('PEXPIRE', slots, ttl, 'GT')
redis.call('PEXPIRE', slots, ttl, 'NX')
redis.call('ZADD', all, now + ttl, id)
redis.call('SET', request, 'accepted', 'PX', ttl + remember)
return 'taken'`;

const SET_UNDERWAY = `
if redis.call('GET', KEYS[1]) == 'accepted' then redis.call('SET', KEYS[1], 'underway', 'KEEPTTL') end`;

const OWE_ANSWER = `${NOW}
local stage = redis.call('GET', KEYS[1])
if not stage or stage == 'answered' then return end
redis.call('ZADD', KEYS[2], now + tonumber(ARGV[2]), ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[3])`;

const OVERDUE = `${NOW}
local ids = redis.call('ZRANGE', KEYS[1], '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[1])
if #ids == 0 then return {} end
return { ids, redis.call('HMGET', KEYS[2], unpack(ids)) }`;

/** What is owed goes also if it was answered before, by a bot that knew of no debts. */
const RELEASE = `
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('HDEL', KEYS[5], ARGV[1])
if redis.call('GET', KEYS[1]) == 'answered' then return 0 end
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('SET', KEYS[1], 'answered', 'PX', ARGV[2])
return 1`;

const FORGET = `
redis.call('ZREM', KEYS[4], ARGV[1])
redis.call('HDEL', KEYS[5], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('DEL', KEYS[1])`;

const TOTAL = `${NOW}
return redis.call('ZCOUNT', KEYS[1], now, '+inf')`;

export interface RedisActiveRequestsOptions {
  redis: Redis;
  maxPerUser: number;
  /** Keys of this installation begin with this. */
  prefix?: string;
}

/**
 * Slots on Redis (7 or newer). Every method throws RetryableError `limits_unavailable` while Redis is away; the change
 * may have been made nevertheless.
 */
export function createRedisActiveRequests(options: RedisActiveRequestsOptions): ActiveRequests {
  const { redis, maxPerUser, prefix = 'attrai' } = options;
  const requestKey = (id: string) => `${prefix}:request:${id}`;
  const slotsKey = (userId: number) => `${prefix}:slots:${userId}`;
  const allKey = `${prefix}:slots`;
  /** By deadline, and whom to tell. */
  const owedKeys = [`${prefix}:deadlines`, `${prefix}:reply-to`];

  const keysOf = (userId: number, id: string) => [requestKey(id), slotsKey(userId), allKey, ...owedKeys];

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (cause) {
      throw new RetryableError('limits_unavailable', 'Redis did not answer about slots. Try again.', { cause });
    }
  }

  return {
    async take(userId, requestId, deadline) {
      const ttl = Math.max(1, Math.ceil(deadline - Date.now()));
      const keys = [requestKey(requestId), slotsKey(userId), allKey];
      const answer = await ask(() => redis.eval(TAKE, 3, ...keys, requestId, ttl, maxPerUser, REMEMBER_MS));
      return answer as 'taken' | 'already' | 'full';
    },
    async setUnderway(requestId) {
      await ask(() => redis.eval(SET_UNDERWAY, 1, requestKey(requestId)));
    },
    async oweAnswer(requestId, replyTo, deadline) {
      const ttl = Math.ceil(deadline - Date.now());
      const keys = [requestKey(requestId), ...owedKeys];
      await ask(() => redis.eval(OWE_ANSWER, 3, ...keys, requestId, ttl, JSON.stringify(replyTo)));
    },
    async overdue() {
      const [ids = [], replyTos = []] = (await ask(() =>
        redis.eval(OVERDUE, 2, ...owedKeys, MOST_OVERDUE),
      )) as string[][];
      return ids.map((id, i) => ({ id, replyTo: JSON.parse(replyTos[i]!) }));
    },
    async stage(requestId) {
      const stage = await ask(() => redis.get(requestKey(requestId)));
      return stage === null ? undefined : (stage as Stage);
    },
    async release(userId, requestId) {
      const keys = keysOf(userId, requestId);
      return (await ask(() => redis.eval(RELEASE, 5, ...keys, requestId, REMEMBER_MS))) === 1;
    },
    async forget(userId, requestId) {
      await ask(() => redis.eval(FORGET, 5, ...keysOf(userId, requestId), requestId));
    },
    async total() {
      return (await ask(() => redis.eval(TOTAL, 1, allKey))) as number;
    },
  };
}

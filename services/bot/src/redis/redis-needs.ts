import { ConfigError } from '@attrai/config/config-error';
import { RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { Redis } from 'ioredis';
import { gradeRedisError } from './redis-errors.ts';

/** The first with `#!lua` scripts (https://redis.io/docs/latest/develop/programmability/lua-api/#script_flags) and `PEXPIRE ... NX`. */
const LEAST_MAJOR = 7;

/** All commands in the scripts of the book, albums, the rate and BullMQ, each once. `K` is a key of its own. */
const COMMANDS = `SET K 1|GET K|MGET K|INCR K|INCRBY K 1|EXISTS K|TYPE K|PEXPIRE K 9999|PTTL K|SCAN 0 COUNT 1|TIME|DEL K
HSET K a 1|HSETNX K a 1|HMSET K a 1|HGET K a|HMGET K a|HGETALL K|HEXISTS K a|HINCRBY K a 1|HDEL K a|DEL K
LPUSH K a|RPUSH K a|LLEN K|LINDEX K 0|LRANGE K 0 -1|LTRIM K 0 -1|RPOPLPUSH K K|LREM K 0 b|RPOP K|DEL K
ZADD K 1 a|ZCARD K|ZCOUNT K 0 1|ZRANGE K 0 -1|ZRANGEBYSCORE K 0 1|ZREVRANGE K 0 -1|ZREVRANGEBYSCORE K 1 0|ZSCORE K a|ZRANK K a
ZREMRANGEBYRANK K 8 9|ZREMRANGEBYSCORE K 8 9|ZREM K b|ZPOPMIN K|DEL K|SADD K a|SCARD K|SMEMBERS K|SREM K a|DEL K
XADD K * a 1|XTRIM K MAXLEN 1|DEL K`.split(/[|\n]/);

/** Tries each command. Returns the names of those that are not allowed. Leaves no key. */
const TRY_COMMANDS = `#!lua
local refused = {}
for i = 2, #ARGV do
  local words = {}
  for word in ARGV[i]:gmatch('%S+') do words[#words + 1] = word == 'K' and ARGV[1] or word end
  local answer = redis.pcall(unpack(words))
  if type(answer) == 'table' and answer.err then
    if answer.err:find('executing the script') or answer.err:find('ACL failure') or answer.err:find('Unknown Redis') then
      refused[#refused + 1] = words[1]
    else
      return redis.error_reply(answer.err)
    end
  end
end
return refused`;

/**
 * Checks what the bot needs: Redis 7 or newer, or Valkey, without Cluster; INFO, scripts and all their commands; and writes. Warns
 * if it evicts keys.
 *
 * @throws ConfigError if the bot needs another Redis; RetryableError, as `gradeRedisError` makes it, if the operator can mend it
 */
export async function checkNeeds(redis: Redis, logger: Logger): Promise<void> {
  try {
    const about = readInfo(await redis.info());
    refuseWrongKind(about);
    await tryCommands(redis);
    const policy = about.get('maxmemory_policy');
    if (policy !== undefined && policy !== 'noeviction') {
      const words = 'Redis (REDIS_URL) may evict jobs when it is full: set its maxmemory-policy to noeviction';
      logger.warn({ policy }, words);
    }
  } catch (error) {
    if (error instanceof ConfigError || error instanceof RetryableError) throw error;
    throw gradeRedisError('what it is and what it allows', error);
  }
}

function refuseWrongKind(about: Map<string, string>): void {
  if (about.get('redis_mode') === 'sentinel' || about.get('server_mode') === 'sentinel') {
    throw new ConfigError([
      'REDIS_URL: this server is a sentinel. Begin the URL with redis+sentinel:// to ask it for Redis.',
    ]);
  }
  if (about.get('cluster_enabled') === '1') {
    const instead = 'Use one Redis (cluster-enabled no), or several with Sentinel: redis+sentinel://...';
    throw new ConfigError([`REDIS_URL: Redis Cluster is not supported, and this server is part of one. ${instead}`]);
  }
  // Valkey, whose first version is 7.2.5, calls itself Redis 7.2.4.
  const version = about.get('redis_version') ?? '';
  if (Number.parseInt(version, 10) < LEAST_MAJOR) {
    throw new ConfigError([
      `REDIS_URL: this server is Redis ${version}. Use Redis ${LEAST_MAJOR} or newer, or Valkey.`,
    ]);
  }
}

async function tryCommands(redis: Redis): Promise<void> {
  const refused = (await redis.eval(TRY_COMMANDS, 0, 'attrai:probe', ...COMMANDS)) as string[];
  if (refused.length === 0) return;
  const names = [...new Set(refused)].join(', ');
  const advice = 'Allow it these, and all keys that begin with attrai; deploy/README.md has the whole list.';
  throw new RetryableError('redis_forbidden', `The user of REDIS_URL may not run ${names}. ${advice}`);
}

/** `name:value` lines. */
function readInfo(info: string): Map<string, string> {
  return new Map([...info.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name, value]) => [name!, value!]));
}

import { RetryableError } from '@attrai/contracts/errors';

/** Answers of a Redis that is there and refuses: waiting alone mends none of them. */
const REFUSALS: [said: RegExp, code: string, advice: string][] = [
  [/^OOM /, 'redis_full', 'Redis is full: raise its maxmemory, or take out what others keep in it.'],
  [/^READONLY /, 'redis_read_only', 'REDIS_URL leads to a replica, which takes no writes: let it lead to the primary.'],
  [/^MISCONF /, 'redis_takes_no_writes', "Redis can't write to its disk and takes no writes: see its log."],
  [/^NOREPLICAS /, 'redis_takes_no_writes', 'Redis has too few replicas to take writes: see min-replicas-to-write.'],
  [
    /^(NOPERM|NOAUTH|WRONGPASS) |The user executing the script|ACL failure/,
    'redis_forbidden',
    'The user of REDIS_URL may not do this: allow it all commands, and all keys that begin with attrai.',
  ],
  [
    /^(MOVED|ASK|CROSSSLOT|CLUSTERDOWN) |cluster/i,
    'redis_cluster',
    'REDIS_URL leads to a Redis Cluster, which is not supported: let it lead to a single Redis.',
  ],
  [
    /script|^WRONGTYPE /i,
    'redis_script',
    'A script failed: the bot needs Redis 7 or newer, or Valkey, where nobody else writes to keys that begin with attrai.',
  ],
];

/** It is starting, follows a primary it can't reach, or works on something long: it answers by itself. */
const NOT_YET = /^(LOADING|MASTERDOWN|BUSY) /;

/**
 * What a failed call to Redis means, as a RetryableError; the change may have been made nevertheless.
 *
 * - `redis_away`: no answer, or one that says: not yet
 * - `redis_full`, `redis_read_only`, `redis_takes_no_writes`, `redis_forbidden`, `redis_cluster`, `redis_script`: it refuses,
 *   and the message says what to do
 * - `redis_refused`: it refuses for another reason, which the cause tells
 *
 * @param what was asked of it, like 'to accept a photo'
 */
export function gradeRedisError(what: string, cause: unknown): RetryableError {
  const said = cause instanceof Error && cause.name === 'ReplyError' ? cause.message : undefined;
  if (said === undefined || NOT_YET.test(said)) {
    return new RetryableError('redis_away', `Redis did not answer when asked ${what}. Try again.`, { cause });
  }
  const refusal = REFUSALS.find(([words]) => words.test(said));
  const [, code, advice] = refusal ?? [said, 'redis_refused', 'Its own words tell why.'];
  return new RetryableError(code, `Redis refused when asked ${what}. ${advice}`, { cause });
}

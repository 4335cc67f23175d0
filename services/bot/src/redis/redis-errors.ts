import { tlsAdvice } from '@attrai/config/tls-advice';
import { RetryableError } from '@attrai/contracts/errors';

/** What Redis says when it refuses. Most need the operator. */
const REFUSALS: [said: RegExp, code: string, advice: string][] = [
  [/^OOM /, 'redis_full', 'Redis is full: raise its maxmemory, or take out what others keep in it.'],
  [
    /^(READONLY|MASTERDOWN) /,
    'redis_read_only',
    'REDIS_URL leads to a replica, which takes no writes: let it lead to the primary.',
  ],
  [/^MISCONF /, 'redis_takes_no_writes', "Redis can't write to its disk and takes no writes: see its log."],
  [/^NOREPLICAS /, 'redis_takes_no_writes', 'Redis has too few replicas to take writes: see min-replicas-to-write.'],
  [/^LOADING /, 'redis_loading', 'Redis is loading its data. It goes on by itself.'],
  [/^BUSY /, 'redis_busy', "Redis is busy with somebody's script: wait for its end, or end it by SCRIPT KILL."],
  [
    /^(NOAUTH|WRONGPASS|DENIED) |^ERR invalid password/i,
    'redis_login',
    'Redis refuses the user and password of REDIS_URL, or wants some: correct REDIS_URL.',
  ],
  [
    /^NOPERM |The user executing the script|ACL failure/,
    'redis_forbidden',
    'The user of REDIS_URL may not do this: allow it all keys that begin with attrai, and the commands that ' +
      'deploy/README.md lists.',
  ],
  [
    /^ERR unknown (sub)?command|Unknown Redis (sub)?command/i,
    'redis_lacks_command',
    'It lacks a command that the bot needs: see rename-command in its configuration, or what its provider leaves out.',
  ],
  [
    /^(MOVED|ASK|CROSSSLOT|CLUSTERDOWN) |cluster/i,
    'redis_cluster',
    'REDIS_URL leads to a Redis Cluster, which is not supported: let it lead to a single Redis, or use Sentinel.',
  ],
  [
    /script|^WRONGTYPE /i,
    'redis_script',
    'A script failed: the bot needs Redis 7 or newer, or Valkey, where nobody else writes to keys that begin with attrai.',
  ],
];

/**
 * Grades a failed call to Redis. The change may have been made nevertheless.
 *
 * - `redis_away`: no answer
 * - `redis_full`, `redis_read_only`, `redis_takes_no_writes`, `redis_loading`, `redis_busy`, `redis_login`, `redis_forbidden`,
 *   `redis_lacks_command`, `redis_cluster`, `redis_script`: it refuses, and the message says what to do
 * - `redis_refused`: it refuses for another reason, which is in the cause
 *
 * @param what was asked of it, like 'to accept a photo'
 */
export function gradeRedisError(what: string, cause: unknown): RetryableError {
  const said = cause instanceof Error && cause.name === 'ReplyError' ? cause.message : undefined;
  if (said === undefined) {
    return new RetryableError('redis_away', `Redis did not answer when asked ${what}. Try again.`, { cause });
  }
  const refusal = refusalIn(said);
  const [, code, advice] = refusal ?? [said, 'redis_refused', 'Its own words tell why.'];
  const [, command] = /the '([\w|]+)' command/.exec(said) ?? [];
  const named = command === undefined ? advice : advice.replace('may not do this', `may not run ${command}`);
  return new RetryableError(code, `Redis refused when asked ${what}. ${named}`, { cause: withoutKeys(cause) });
}

/** Asks Redis. Throws what `gradeRedisError` makes of a failure. */
export async function grading<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw gradeRedisError(what, cause);
  }
}

/**
 * Why there is no connection, as a RetryableError, from the reason that ioredis gives. Its code is `redis_away`,
 * `redis_tls`, `redis_no_primary`, or that of a refusal by Redis or a sentinel.
 */
export function gradeLostConnection(cause: unknown): RetryableError {
  const advice = tlsAdvice('REDIS', cause);
  if (advice !== undefined)
    return new RetryableError('redis_tls', `No secure connection to Redis: ${advice}.`, { cause });
  const said = cause instanceof Error ? cause.message : '';
  if (/invalid reply: null|No such (master|primary)/i.test(said)) {
    const message =
      'The sentinels of REDIS_URL know no primary of that name: correct the name, or wait for a failover.';
    return new RetryableError('redis_no_primary', message, { cause });
  }
  const [, asked, words] = /^failed to connect to sentinel (\S+) because (.*)/.exec(said) ?? [];
  const refusal = refusalIn(words ?? said);
  if (asked !== undefined && refusal?.[1] === 'redis_login') {
    const message =
      'A sentinel of REDIS_URL wants a password, or another one: see sentinelPassword in deploy/README.md.';
    return new RetryableError('redis_login', message, { cause });
  }
  if (refusal) return new RetryableError(refusal[1], refusal[2], { cause });
  const why = (cause as NodeJS.ErrnoException | undefined)?.code;
  const message = asked === undefined ? 'Redis does not answer' : 'No sentinel of REDIS_URL answers';
  return new RetryableError('redis_away', why === undefined ? `${message}.` : `${message} (${why}).`, { cause });
}

function refusalIn(words: string) {
  return REFUSALS.find(([said]) => said.test(words));
}

/** Redis 7.2 names the key it forbids, and keys have users in them. */
function withoutKeys(cause: unknown): unknown {
  const { message } = cause as Error;
  const clean = message.replace(/'[^']*' key\b/, 'key');
  return clean === message ? cause : Object.assign(new Error(clean), { name: 'ReplyError' });
}

import { expect, test } from 'vitest';
import { gradeLostConnection, gradeRedisError } from '../src/redis/redis-errors.ts';

const replyError = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", 'redis_full'],
  ["READONLY You can't write against a read only replica. script: 0f, on @user_script:3.", 'redis_read_only'],
  ['MISCONF Redis is configured to save RDB snapshots, but ...', 'redis_takes_no_writes'],
  ['NOREPLICAS Not enough good replicas to write.', 'redis_takes_no_writes'],
  ["NOPERM this user has no permissions to run the 'eval' command", 'redis_forbidden'],
  ['NOAUTH Authentication required.', 'redis_login'],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'redis_login'],
  ['DENIED Redis is running in protected mode because ...', 'redis_login'],
  ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 'redis_read_only'],
  ["ERR unknown command 'evalsha', with args beginning with: 'f7'", 'redis_lacks_command'],
  ['ERR Unknown Redis command called from script script: f7, on @user_script:3.', 'redis_lacks_command'],
  ["ERR The user executing the script can't run this command or subcommand script: f7", 'redis_forbidden'],
  ["ERR ACL failure in script: User x has no permissions to run the 'set' command", 'redis_forbidden'],
  ['MOVED 3999 127.0.0.1:6381', 'redis_cluster'],
  ['ERR Script attempted to access a non local key in a cluster node script: 12', 'redis_cluster'],
  ["ERR Error compiling script (new function): user_script:1: unexpected symbol near '#'", 'redis_script'],
  ['ERR something else', 'redis_refused'],
  ['LOADING Redis is loading the dataset in memory', 'redis_loading'],
  ['BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.', 'redis_busy'],
])('tells from "%s" what is wrong: %s', (message, code) => {
  expect(gradeRedisError('to do a thing', replyError(message))).toMatchObject({ grade: 'retryable', code });
});

test('a command that is forbidden is named, where Redis names it', () => {
  for (const user of ['this user', 'User attrai']) {
    const error = gradeRedisError(
      'to count',
      replyError(`NOPERM ${user} has no permissions to run the 'evalsha' command`),
    );
    expect(error.message).toMatch(/The user of REDIS_URL may not run evalsha: allow it/);
  }
});

test('whatever is no answer of Redis means that it is away, even if it sounds like one', () => {
  for (const error of [new Error('Command timed out'), new Error('OOM '), 'x', undefined]) {
    expect(gradeRedisError('to do a thing', error)).toMatchObject({ code: 'redis_away', cause: error });
  }
});

test('a key that is forbidden is not in the error, as keys have users in them', () => {
  const error = gradeRedisError('to count', replyError("NOPERM No permissions to access the 'attrai:rate:4711' key"));
  expect(error.code).toBe('redis_forbidden');
  expect(String(error.cause)).toBe('ReplyError: NOPERM No permissions to access the key');
});

test.each([
  [new Error('connect ECONNREFUSED 127.0.0.1:1'), 'redis_away', /Redis does not answer\./],
  [replyError('NOAUTH HELLO must be called with the client already authenticated'), 'redis_login', /user and password/],
  [new Error('LOADING'), 'redis_away', /does not answer/],
  [new Error('LOADING Not ready yet'), 'redis_loading', /loading its data/],
  [
    new Error('failed to connect to sentinel a:26379 because connect ETIMEDOUT'),
    'redis_away',
    /No sentinel .* answers/,
  ],
  [
    new Error('failed to connect to sentinel a:26379 because NOAUTH Authentication required.'),
    'redis_login',
    /sentinelPassword/,
  ],
  [
    new Error('failed to connect to sentinel a:26379 because ERR No such master with that name'),
    'redis_no_primary',
    /know no primary of that name/,
  ],
  [
    new Error('connected to sentinel a:26379 successfully, but got an invalid reply: null'),
    'redis_no_primary',
    /know no primary of that name/,
  ],
])('tells why there is no connection from "%s"', (cause, code, message) => {
  expect(gradeLostConnection(cause)).toMatchObject({
    grade: 'retryable',
    code,
    message: expect.stringMatching(message),
  });
});

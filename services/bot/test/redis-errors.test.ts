import { expect, test } from 'vitest';
import { gradeRedisError } from '../src/redis/redis-errors.ts';

const replyError = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", 'redis_full'],
  ["READONLY You can't write against a read only replica. script: 0f, on @user_script:3.", 'redis_read_only'],
  ['MISCONF Redis is configured to save RDB snapshots, but ...', 'redis_takes_no_writes'],
  ['NOREPLICAS Not enough good replicas to write.', 'redis_takes_no_writes'],
  ["NOPERM this user has no permissions to run the 'eval' command", 'redis_forbidden'],
  ['NOAUTH Authentication required.', 'redis_forbidden'],
  ["ERR The user executing the script can't run this command or subcommand script: f7", 'redis_forbidden'],
  ["ERR ACL failure in script: User x has no permissions to run the 'set' command", 'redis_forbidden'],
  ['MOVED 3999 127.0.0.1:6381', 'redis_cluster'],
  ['ERR Script attempted to access a non local key in a cluster node script: 12', 'redis_cluster'],
  ["ERR Error compiling script (new function): user_script:1: unexpected symbol near '#'", 'redis_script'],
  ['ERR something else', 'redis_refused'],
  ['LOADING Redis is loading the dataset in memory', 'redis_away'],
  ['BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.', 'redis_away'],
])('tells from "%s" what is wrong: %s', (message, code) => {
  expect(gradeRedisError('to do a thing', replyError(message))).toMatchObject({ grade: 'retryable', code });
});

test('whatever is no answer of Redis means that it is away, even if it sounds like one', () => {
  for (const error of [new Error('Command timed out'), new Error('OOM '), 'x', undefined]) {
    expect(gradeRedisError('to do a thing', error)).toMatchObject({ code: 'redis_away', cause: error });
  }
});

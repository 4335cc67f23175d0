import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const fixture = fileURLToPath(new URL('fixtures/failing-service.ts', import.meta.url));
const run = (how: string) => spawnSync(process.execPath, [fixture, how], { encoding: 'utf8' });

test('a start that fails for a known reason ends in one log line without secrets and stacks, and exit code 1', () => {
  const { status, stdout, stderr } = run('bad-config');
  expect(status).toBe(1);
  expect(stderr).toBe('');
  expect(stdout).not.toContain('stack');
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(stdout)).toMatchObject({
    level: 'fatal',
    service: 'fixture',
    msg: 'AMQP_URL: not set. amqp://[redacted]@host',
    err: { code: 'bad_config', cause: { message: 'what was wrong' } },
  });
});

test('at a terminal it ends in plain words alone', ({ skip }) => {
  // Of util-linux: runs a command in a terminal of its own.
  const { error, status, stdout } = spawnSync(
    'script',
    ['-qec', `${process.execPath} ${fixture} bad-config`, '/dev/null'],
    {
      encoding: 'utf8',
    },
  );
  skip(error !== undefined, `there is no script(1) here to make a terminal: ${error?.message}`);
  expect(status).toBe(1);
  expect(stdout.trim()).toBe('AMQP_URL: not set. amqp://[redacted]@host');
});

test('a start that fails for an unknown reason shows where', () => {
  const { status, stdout } = run('bug');
  expect(status).toBe(1);
  expect(JSON.parse(stdout).err.stack).toMatch(/nobody thought of this\n +at /);
});

test('a start that fails because it is being undone ends in silence', () => {
  expect(run('undone')).toMatchObject({ status: 0, stdout: '', stderr: '' });
});

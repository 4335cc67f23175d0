import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('a start that fails for a bad configuration ends in one log line without secrets and stack, the same in plain words, and exit code 1', () => {
  const fixture = fileURLToPath(new URL('fixtures/failing-service.ts', import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [fixture], { encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toBe('AMQP_URL: not set. amqp://[redacted]@host\n');
  expect(JSON.parse(stdout).err).not.toHaveProperty('stack');
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(stdout)).toMatchObject({
    level: 'fatal',
    service: 'fixture',
    msg: 'AMQP_URL: not set. amqp://[redacted]@host',
    err: { code: 'bad_config' },
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AMQP_URL, GRAYLOG_URL, HEALTH_PORT, LOG_LEVEL, REDIS_URL } from '../src/common-variables.ts';
import { ConfigError } from '../src/config-error.ts';
import { readConfig } from '../src/read-config.ts';

const dir = mkdtempSync(join(tmpdir(), 'attrai-config-'));
afterAll(() => rmSync(dir, { recursive: true }));

const schema = z.object({ BOT_TOKEN: z.string().min(10).describe('the token'), HEALTH_PORT, GRAYLOG_URL });

function secretFile(content: string | Buffer): string {
  const file = join(dir, `secret-${Math.random().toString(36).slice(2)}`);
  writeFileSync(file, content);
  return file;
}

function failure(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('It did not throw.');
}

describe('readConfig', () => {
  test('reads values, converts them and fills in defaults', () => {
    expect(readConfig(schema, { BOT_TOKEN: '0123456789', HEALTH_PORT: '8000', UNKNOWN: 'x' })).toEqual({
      BOT_TOKEN: '0123456789',
      HEALTH_PORT: 8000,
    });
    expect(readConfig(schema, { BOT_TOKEN: '0123456789' }).HEALTH_PORT).toBe(0);
  });

  test('takes a value from the file that NAME_FILE points to, trimmed', () => {
    expect(readConfig(schema, { BOT_TOKEN_FILE: secretFile(' 0123456789\n') }).BOT_TOKEN).toBe('0123456789');
    expect(readConfig(schema, { BOT_TOKEN: '', BOT_TOKEN_FILE: secretFile('0123456789') }).BOT_TOKEN).toBe(
      '0123456789',
    );
  });

  test('takes an empty string for unset', () => {
    expect(readConfig(schema, { BOT_TOKEN: '0123456789', HEALTH_PORT: '', GRAYLOG_URL: '' })).not.toHaveProperty(
      'GRAYLOG_URL',
    );
    expect(failure(() => readConfig(schema, { BOT_TOKEN: '' })).message).toContain('BOT_TOKEN: not set');
    expect(failure(() => readConfig(schema, { BOT_TOKEN_FILE: secretFile('\n') })).message).toContain(
      'BOT_TOKEN: not set',
    );
  });

  test('refuses a variable that is set twice', () => {
    const error = failure(() => readConfig(schema, { BOT_TOKEN: '0123456789', BOT_TOKEN_FILE: secretFile('x') }));
    expect(error.problems).toEqual(['BOT_TOKEN and BOT_TOKEN_FILE are both set. Unset one of them.']);
  });

  test('names a secret file that cannot be read', () => {
    const error = failure(() => readConfig(schema, { BOT_TOKEN_FILE: join(dir, 'not-there') }));
    expect(error.problems).toHaveLength(1);
    expect(error.message).toContain('BOT_TOKEN_FILE');
    expect(error.message).toContain('ENOENT');
  });

  test.each([
    ['that ends in CR LF', '0123456789\r\n'],
    ['that begins with a byte order mark', '\ufeff0123456789\r\n'],
    ['in the UTF-16 of PowerShell', Buffer.from('\ufeff0123456789\r\n', 'utf16le')],
    ['that holds quotes', '"0123456789"\n'],
  ])('reads a secret file %s', (_, content) => {
    expect(readConfig(schema, { BOT_TOKEN_FILE: secretFile(content) }).BOT_TOKEN).toBe('0123456789');
  });

  test('takes quotes around a value away, as Docker passes them on from an env file', () => {
    expect(readConfig(schema, { BOT_TOKEN: '"0123456789"', HEALTH_PORT: "'8000'", GRAYLOG_URL: '""' })).toEqual({
      BOT_TOKEN: '0123456789',
      HEALTH_PORT: 8000,
    });
    expect(readConfig(schema, { BOT_TOKEN: '"0123456789' }).BOT_TOKEN).toBe('"0123456789');
  });

  const everything = z.object({
    BOT_TOKEN: z.string().regex(/^\d+$/, 'expected a number').meta({ description: 'the token', secret: 'whole' }),
    HEALTH_PORT,
    GRAYLOG_URL,
    AMQP_URL,
    REDIS_URL,
    LOG_LEVEL,
  });

  test('lists every bad variable by name and value, and says what is expected and what it is for', () => {
    const names = Object.keys(everything.shape);
    const error = failure(() => readConfig(everything, Object.fromEntries(names.map((name) => [name, 'bad:1/value']))));
    expect(error.grade).toBe('fatal');
    expect(error.problems.map((problem) => /^[A-Z_]+/.exec(problem)?.[0])).toEqual(names);
    for (const problem of error.problems) {
      const [, name] =
        /^([A-Z_]+)(="bad:1\/value"| \(.* not shown\)): .*expected .+\. It is: .+\. Set [A-Z_]+, or [A-Z_]+_FILE/.exec(
          problem,
        )!;
      expect(problem.includes('bad:1/value')).toBe(name !== 'BOT_TOKEN');
    }
  });

  test.each([
    ['BOT_TOKEN', 'hunter2', ' (its value is secret and not shown): expected'],
    ['AMQP_URL', 'hunter2', ' (its value is secret and not shown): expected'],
    ['AMQP_URL', 'amqp://user:hunter2', ' (its value is secret and not shown): expected'],
    ['AMQP_URL', 'http://user:hunter2@host:5672/v?x=hunter2', '="http://[secret]@host:5672/v": expected'],
    ['AMQP_URL', 'user:hunt@er2@host', '="[secret]@host": expected'],
    ['REDIS_URL', 'localhost:6379', '="localhost:6379": expected'],
    ['GRAYLOG_URL', 'udp://user:hunter2@host', '="udp://[secret]@host": expected'],
    ['GRAYLOG_URL', `https://host/bot1234:${'hunter2'.repeat(5)}`, '="https://host/bot[secret]": expected'],
    ['LOG_LEVEL', 'x'.repeat(1_000), `="${'x'.repeat(100)}…": `],
  ])('shows of a bad %s no secret (%#)', (name, value, says) => {
    const { problems, stack } = failure(() => readConfig(everything, { [name]: value }));
    expect(problems.find((problem) => problem.startsWith(name))).toContain(`${name}${says}`);
    expect(stack).not.toMatch(/hunter2|er2@|x{101}/);
  });
});

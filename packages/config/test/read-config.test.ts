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

function secretFile(content: string): string {
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

  test('lists every bad variable by name, says what it is for, and shows no value', () => {
    const everything = schema.extend({ AMQP_URL, REDIS_URL, LOG_LEVEL });
    const secret = 'hunter2';
    const names = Object.keys(everything.shape);
    const error = failure(() => readConfig(everything, Object.fromEntries(names.map((name) => [name, secret]))));
    expect(error.grade).toBe('fatal');
    expect(error.problems.map((problem) => problem.split(':')[0])).toEqual(names);
    for (const problem of error.problems)
      expect(problem).toMatch(/^[A-Z_]+: .+\. It is: .+\. Set [A-Z_]+, or [A-Z_]+_FILE/);
    expect(`${error.stack}`).not.toContain(secret);
  });
});

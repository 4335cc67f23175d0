import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as common from '../src/common-variables.ts';
import { configTable, describeVariable } from '../src/describe-config.ts';

describe('configTable', () => {
  test('gives each variable one row with default, values, meaning and the services that read it', () => {
    const table = configTable({
      bot: z.object({ REDIS_URL: common.REDIS_URL, LOG_LEVEL: common.LOG_LEVEL }),
      estimator: z.object({ LOG_LEVEL: common.LOG_LEVEL, GRAYLOG_URL: common.GRAYLOG_URL }),
    });
    expect(table.split('\n')).toEqual([
      '| Name | Default | Values | Meaning | Service |',
      '| --- | --- | --- | --- | --- |',
      '| `GRAYLOG_URL` |  |  | GELF TCP input of Graylog; logs go to stdout anyway | estimator |',
      '| `LOG_LEVEL` | `info` | `trace`, `debug`, `info`, `warn`, `error`, `fatal`, `silent` | the least level that is logged | bot, estimator |',
      `| \`REDIS_URL\` | required |  | ${common.REDIS_URL.description} | bot |`,
    ]);
  });

  test('tells defaults apart that differ by service', () => {
    const table = configTable({
      bot: z.object({ REDIS_URL: common.REDIS_URL }),
      together: z.object({ REDIS_URL: common.REDIS_URL.optional() }),
    });
    expect(table).toContain('| required (bot), unset (together) |');
  });

  test('refuses two meanings of one name', () => {
    const other = z.object({ LOG_LEVEL: z.string().describe('something else') });
    expect(() => configTable({ bot: z.object({ LOG_LEVEL: common.LOG_LEVEL }), other })).toThrow('LOG_LEVEL');
  });

  test('refuses two ranges of one name', () => {
    const upTo = (most: number) => z.object({ X: z.coerce.number().min(1).max(most).describe('the same') });
    expect(() => configTable({ bot: upTo(5), estimator: upTo(6) })).toThrow('X has');
  });

  test('says between which bounds a number is taken', () => {
    const seconds = z.coerce.number().int().min(1).max(300).default(30).describe('how long');
    expect(describeVariable('X', seconds).values).toBe('1 to 300');
    expect(describeVariable('X', common.HEALTH_PORT.optional()).values).toBe('0 to 65535');
  });

  test('finds a description and a default under what wraps them', () => {
    expect(describeVariable('X', z.stringbool().describe('on or off').default(true))).toEqual({
      name: 'X',
      default: 'true',
      required: false,
      values: undefined,
      meaning: 'on or off',
      secret: 'no',
    });
    expect(() => describeVariable('X', z.string())).toThrow('X has no .describe()');
  });
});

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import * as common from '../src/common-variables.ts';
import { configTable, describeVariable } from '../src/describe-config.ts';

describe('configTable', () => {
  test('gives each variable one row with default, meaning and the services that read it', () => {
    const table = configTable({
      bot: z.object({ REDIS_URL: common.REDIS_URL, LOG_LEVEL: common.LOG_LEVEL }),
      estimator: z.object({ LOG_LEVEL: common.LOG_LEVEL, GRAYLOG_URL: common.GRAYLOG_URL }),
    });
    expect(table.split('\n')).toEqual([
      '| Name | Default | Meaning | Service |',
      '| --- | --- | --- | --- |',
      '| `GRAYLOG_URL` |  | GELF TCP input of Graylog; logs go to stdout anyway | estimator |',
      '| `LOG_LEVEL` | `info` | the least level that is logged | bot, estimator |',
      '| `REDIS_URL` | required | Redis, with password | bot |',
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

  test('finds a description and a default under what wraps them', () => {
    expect(describeVariable('X', z.stringbool().describe('on or off').default(true))).toEqual({
      name: 'X',
      default: 'true',
      required: false,
      meaning: 'on or off',
    });
    expect(() => describeVariable('X', z.string())).toThrow('X has no .describe()');
  });
});

import { FinalError } from '@attrai/contracts/errors';
import { describe, expect, test } from 'vitest';
import { createLogger } from '../src/logger.ts';

const TOKEN = '8123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1';

function capture(level?: string) {
  const lines: string[] = [];
  const logger = createLogger({ service: 'test', level, destination: { write: (line) => void lines.push(line) } });
  return { logger, lines };
}

describe('createLogger', () => {
  test('writes one JSON line an event with level name, ISO time and service', () => {
    const { logger, lines } = capture();
    logger.info({ queue: 'to_estimate' }, 'consuming');
    logger.debug('not at this level');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(lines[0]!)).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      service: 'test',
      queue: 'to_estimate',
      msg: 'consuming',
    });
  });

  test('carries the request id through a child logger', () => {
    const { logger, lines } = capture();
    logger.child({ requestId: 'abcdefgh12345678' }).warn('slow');
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'warn', requestId: 'abcdefgh12345678' });
  });

  test('keeps code, grade, message, stack and causes of an error, and nothing else', () => {
    const { logger, lines } = capture();
    const cause = Object.assign(new Error('no space'), { code: 'ENOSPC', request: { headers: 'private' } });
    logger.error({ err: new FinalError('unreadable', 'not a photo', { cause }) }, 'refused');
    const { err } = JSON.parse(lines[0]!);
    expect(err).toMatchObject({ type: 'FinalError', code: 'unreadable', grade: 'final', message: 'not a photo' });
    expect(err.stack).toContain('logger.test.ts');
    expect(err.cause).toMatchObject({ code: 'ENOSPC', message: 'no space' });
    expect(lines[0]).not.toContain('private');
  });

  test.each([
    ['a message', (log: Log) => log.info(`GET https://api.telegram.org/bot${TOKEN}/getMe`)],
    ['a field', (log: Log) => log.info({ deep: { url: `bot${TOKEN.replace(':', '%3A')}` } }, 'x')],
    ['an error and its stack', (log: Log) => log.error(new Error(`bad token ${TOKEN}`))],
    ['a cause', (log: Log) => log.error({ err: new Error('x', { cause: new Error(TOKEN) }) })],
    ['a child logger', (log: Log) => log.child({ token: TOKEN }).info('x')],
    ['the name of a field', (log: Log) => log.info({ [TOKEN]: 1 }, 'x')],
  ])('never lets a bot token out: %s', (_, write) => {
    const { logger, lines } = capture();
    write(logger);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('[redacted]');
    expect(lines[0]).not.toContain(TOKEN.slice(11));
    expect(() => JSON.parse(lines[0]!)).not.toThrow();
  });

  test.each([
    'amqp://attrai:hunter2@rabbitmq:5672/vhost',
    'redis://:hunter2@redis:6379',
    'amqps://attrai:p@ss-hunter2@rabbitmq',
  ])('never lets the credentials of a URL out: %s', (url) => {
    const { logger, lines } = capture();
    logger.error({ err: new Error(`can't connect to ${url}`), url }, `lost ${url}`);
    expect(lines[0]).not.toContain('hunter2');
    expect(lines[0]!.match(/\[redacted\]@(rabbitmq|redis)/g)).toHaveLength(4);
    expect(() => JSON.parse(lines[0]!)).not.toThrow();
  });
});

type Log = ReturnType<typeof createLogger>;

import { readFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { createLogger } from '@attrai/telemetry/logger';
import { freePort } from '@attrai/test-servers/free-port';
import { startRedis } from '@attrai/test-servers/redis';
import type { Server } from '@attrai/test-servers/server';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { type Bookkeeping, bookkeepingOnRedis } from '../src/bookkeeping.ts';
import { RedisTroubles } from '../src/redis/redis-troubles.ts';
import { startBotProcess } from './bot-process.ts';
import { LIMITS } from './world.ts';

/** Starts to open, and tells what comes of it. */
function open(opened: AsyncDisposableStack, url: string) {
  const lines: { level: string; code?: string; msg: string; policy?: string; redis?: string }[] = [];
  const logger = createLogger({ service: 'test', destination: { write: (line) => lines.push(JSON.parse(line)) } });
  const troubles = new RedisTroubles(logger, url);
  let bookkeeping: Bookkeeping | undefined;
  const opening = bookkeepingOnRedis(url, { limits: LIMITS, logger, troubles, onFatal: () => {} });
  opening.then(
    (it) => {
      bookkeeping = it;
      opened.defer(() => it.close());
    },
    () => {},
  );
  return { opening, troubles, lines, isOpen: () => bookkeeping !== undefined };
}

function operatorOf(opened: AsyncDisposableStack, server: Server): Redis {
  const operator = new Redis(server.url, { maxRetriesPerRequest: null });
  opened.defer(() => operator.disconnect());
  return operator;
}

/** There is neither a RabbitMQ nor a Telegram. */
const NOBODY = {
  BOT_TOKEN: '123456789:AAH-token-of-the-test_0123',
  TELEGRAM_API_ROOT: 'http://127.0.0.1:1',
  AMQP_URL: 'amqp://127.0.0.1:1',
};

const asUser = (server: Server) => server.url.replace('//', '//attrai:secret@');

test('a Redis that may evict jobs is warned of', async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis(['--maxmemory-policy', 'allkeys-lru']));
  const { opening, lines } = open(opened, server.url);
  await opening;
  expect(lines).toMatchObject([
    { level: 'warn', policy: 'allkeys-lru', msg: expect.stringMatching(/set its maxmemory-policy/) },
  ]);
});

test('the rights that the operator is told to give are enough, and the bot leaves nothing by trying them', async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis());
  const operator = operatorOf(opened, server);
  const guide = await readFile(new URL('../../../deploy/README.md', import.meta.url), 'utf8');
  const [, rights] = /^ACL SETUSER attrai (.*)$/m.exec(guide) ?? [];
  await operator.acl('SETUSER', 'attrai', ...rights!.replace('PASSWORD', 'secret').split(' '));
  const { opening, troubles, lines } = open(opened, asUser(server));
  const { book, jobs, requestRate } = await opening;
  expect(await operator.keys('*probe*')).toEqual([]);

  expect(await requestRate.take('7')).toBeUndefined();
  const request = { id: 'a', userId: '7', chatId: '7', messageId: '1', deadline: Date.now() + 60_000 };
  expect(await book.accept({ ...request, envelope: {} as never }, LIMITS)).toMatchObject({ kind: 'accepted' });
  const done: string[] = [];
  jobs.replies.run({ work: async ({ id }) => void done.push(id), gaveUp: async () => {}, concurrency: 1 });
  await jobs.replies.add('a', {} as never);
  await waitUntil('no job was done', () => done.length === 1);
  await jobs.replies.close();
  await book.answered('a');
  expect(lines).toEqual([]);
  expect(troubles.problem).toBeUndefined();
});

test.concurrent.each([
  ['-info', /may not run info/, 'redis_forbidden'],
  ['-eval', /may not run eval/, 'redis_forbidden'],
  ['-set', /may not run SET\. Allow/, 'redis_forbidden'],
  ['-@stream', /may not run XADD, XTRIM\. Allow/, 'redis_forbidden'],
  ['resetkeys', /may not run SET, GET/, 'redis_forbidden'],
])('a user without a right (%s) is named at the start, which goes on when it is given', async (right, says, code) => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis());
  const operator = operatorOf(opened, server);
  await operator.acl('SETUSER', 'attrai', 'on', '>secret', '~attrai*', '+@all', right);
  const { troubles, lines, isOpen } = open(opened, asUser(server));
  await waitUntil('it was not named', () => says.test(troubles.problem ?? ''));
  expect(lines).toMatchObject([{ level: 'error', code, redis: `${server.url}/0` }]);
  expect(isOpen()).toBe(false);
  await operator.acl('SETUSER', 'attrai', '~attrai*', '+@all');
  await waitUntil('it did not go on', isOpen, 30_000);
  await waitUntil('it was still a problem', () => troubles.problem === undefined, 30_000);
});

test.concurrent('a Redis that is full at the start is named, and the start goes on when there is room', async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis(['--maxmemory', '1']));
  const { troubles, lines, isOpen } = open(opened, server.url);
  await waitUntil('it was not named', () => /full: raise its maxmemory/.test(troubles.problem ?? ''));
  expect(lines).toMatchObject([{ level: 'error', code: 'redis_full' }]);
  expect(isOpen()).toBe(false);
  await operatorOf(opened, server).config('SET', 'maxmemory', '0');
  await waitUntil('it did not go on', isOpen, 30_000);
});

test.concurrent('a bot whose password is refused says so in /readyz, and goes on when it is mended', async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis());
  const operator = operatorOf(opened, server);
  await operator.acl('SETUSER', 'attrai', 'on', '>another', '~attrai*', '+@all');
  const bot = opened.use(await startBotProcess({ ...NOBODY, REDIS_URL: asUser(server) }));
  const problem = async () => JSON.parse((await bot.get('/readyz')).body).failing.redis ?? '';
  await waitUntil('it was not named', async () => /refuses the user and password of REDIS_URL/.test(await problem()));
  await bot.untilSaid(/"code":"redis_login"/);
  await operator.acl('SETUSER', 'attrai', '>secret');
  await bot.untilSaid(/"msg":"Redis is back"/);
  await waitUntil('it did not go on', async () => (await problem()) === '');
  expect(bot.output()).not.toContain('attrai:secret');
});

test.concurrent('Redis Cluster ends the bot, in plain words', async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis(['--cluster-enabled', 'yes']));
  const bot = opened.use(await startBotProcess({ ...NOBODY, REDIS_URL: server.url }));
  expect(await bot.exited).toBe(1);
  expect(bot.output()).toMatch(
    /- REDIS_URL: Redis Cluster is not supported.* Use one Redis .* or several with Sentinel/,
  );
});

test.concurrent('a Redis that is too old is refused, in plain words', async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis());
  const port = await olderThanItIs(opened, server);
  const { opening } = open(opened, `redis://127.0.0.1:${port}`);
  await expect(opening).rejects.toMatchObject({ grade: 'fatal', code: 'bad_config' });
  await expect(opening).rejects.toThrow(/this server is Redis 6\..*Use Redis 7 or newer, or Valkey/);
});

/** Passes everything on, but has the server say that it is Redis 6: none so old can be had. */
async function olderThanItIs(opened: AsyncDisposableStack, server: Server): Promise<number> {
  const port = await freePort();
  const proxy = createServer((client) => {
    const upstream = connect(Number(new URL(server.url).port), '127.0.0.1');
    client
      .on('error', () => {})
      .on('close', () => upstream.destroy())
      .pipe(upstream);
    upstream
      .on('error', () => {})
      .on('data', (chunk) => {
        client.write(chunk.toString('latin1').replace(/redis_version:\d/, 'redis_version:6'), 'latin1');
      });
  });
  await new Promise<void>((listens) => proxy.listen(port, '127.0.0.1', listens));
  opened.defer(() => void proxy.close());
  return port;
}

import { randomUUID } from 'node:crypto';
import { startRedis } from '@attrai/test-servers/redis';
import type { Server } from '@attrai/test-servers/server';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { RedisJobQueue } from '../src/jobs/redis-job-queue.ts';
import { RequestRate } from '../src/limits/request-rate.ts';
import { connectRedis, untilReady } from '../src/redis/connect-redis.ts';
import { type Data, QUICK } from './job-queue.conformance.ts';
import { logger, openJobs, useRedis, watchTroubles } from './on-redis.ts';

const on = useRedis();

/** Nobody writes on this connection: only its own probe does. */
async function openIdle(opened: AsyncDisposableStack, server: Server) {
  const watched = watchTroubles();
  const own = connectRedis(server.url, watched.troubles);
  opened.defer(() => own.disconnect());
  await untilReady(own);
  return { ...watched, own };
}

/** A connection past all troubles, to make them. */
function operatorOf(opened: AsyncDisposableStack, server: Server): Redis {
  const operator = new Redis(server.url, { maxRetriesPerRequest: null });
  operator.on('error', () => {});
  opened.defer(() => operator.disconnect());
  return operator;
}

const NOTHING = 'nothing is wrong';

interface Trouble {
  what: string;
  code: string;
  says: RegExp;
  settings?: string[];
  begin(operator: Redis, server: Server): Promise<unknown>;
  end(operator: Redis, server: Server): Promise<unknown>;
}

let script: Promise<unknown> | undefined;
const TROUBLES: Trouble[] = [
  {
    what: 'is full',
    code: 'redis_full',
    says: /full: raise its maxmemory/,
    begin: (operator) => operator.config('SET', 'maxmemory', '1'),
    end: (operator) => operator.config('SET', 'maxmemory', '0'),
  },
  {
    what: 'has become a replica',
    code: 'redis_read_only',
    says: /a replica, which takes no writes/,
    begin: (operator) => operator.replicaof('127.0.0.1', '1'),
    end: (operator) => operator.replicaof('NO', 'ONE'),
  },
  {
    what: 'has too few replicas',
    code: 'redis_takes_no_writes',
    says: /min-replicas-to-write/,
    begin: (operator) => operator.config('SET', 'min-replicas-to-write', '1'),
    end: (operator) => operator.config('SET', 'min-replicas-to-write', '0'),
  },
  {
    what: 'could not write its snapshot',
    code: 'redis_takes_no_writes',
    says: /can't write to its disk/,
    // There is a folder of that name.
    settings: ['--dbfilename', 'appendonlydir'],
    async begin(operator) {
      await operator.config('SET', 'save', '3600 1');
      await operator.bgsave();
      const failed = async () => /rdb_last_bgsave_status:err/.test(await operator.info('persistence'));
      await waitUntil('the snapshot was written', failed);
    },
    end: (operator) => operator.config('SET', 'stop-writes-on-bgsave-error', 'no'),
  },
  {
    what: "runs somebody's script without end",
    code: 'redis_busy',
    says: /busy with somebody's script/,
    async begin(operator, server) {
      await operator.config('SET', 'busy-reply-threshold', '100');
      const other = new Redis(server.url, { lazyConnect: true });
      await other.connect();
      script = other
        .eval('while true do end', 0)
        .catch(() => {})
        .finally(() => other.disconnect());
    },
    async end(operator) {
      await operator.script('KILL');
      await script;
    },
  },
];

test.concurrent.each(TROUBLES)(
  'a Redis that $what is a problem with its reason within 15 s though nobody writes, and is none soon after its mend',
  async ({ code, says, settings, begin, end }) => {
    await using opened = new AsyncDisposableStack();
    const server = opened.use(await startRedis(settings));
    const { troubles, errors, lines } = await openIdle(opened, server);
    const operator = operatorOf(opened, server);
    expect(troubles.problem ?? NOTHING).toBe(NOTHING);
    await begin(operator, server);
    await waitUntil('it was not noticed', () => says.test(troubles.problem ?? NOTHING), 15_000);
    await waitUntil('it was not logged', () => errors().length > 0);
    expect(errors()).toMatchObject([{ code, msg: expect.stringContaining('work on it fails') }]);
    await end(operator, server);
    await waitUntil('it was still a problem', () => troubles.problem === undefined, 30_000);
    expect(lines.at(-1)?.msg).toBe('Work on Redis succeeds again');
    expect(errors()).toHaveLength(1);
  },
);

test.concurrent('a full Redis is named as an error once a minute, and costs no job', async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis());
  const { own, troubles, errors } = await openIdle(opened, server);
  const options = { redis: own, troubles, logger, policy: QUICK, onFatal() {} };
  const queue = new RedisJobQueue<Data>('jobs', options);
  await queue.add('a', { step: 0 });
  await own.config('SET', 'maxmemory', '1');
  const full = { grade: 'retryable', code: 'redis_full' };
  await expect(queue.add('b', { step: 0 })).rejects.toMatchObject(full);
  const rate = RequestRate.onRedis({ redis: own, requests: 5, windowSeconds: 60 });
  await expect(rate.take('1')).rejects.toMatchObject(full);
  const done: string[] = [];
  queue.run({ work: async ({ id }) => void done.push(id), gaveUp: async () => {}, concurrency: 1 });
  await waitUntil('it was not told', () => errors().length > 0);
  expect(errors()[0]).toMatchObject({ code: 'redis_full', msg: expect.stringContaining('work on it fails') });
  expect(troubles.problem).toMatch(/maxmemory/);
  // It fails again each second.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(errors()).toHaveLength(1);

  await own.config('SET', 'maxmemory', '0');
  await waitUntil('the job was lost', () => done.includes('a'));
  await waitUntil('it was still a problem', () => troubles.problem === undefined);
  await queue.close();
});

test.concurrent('every command that Redis refuses counts, also one of a worker', async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis());
  const { own, troubles, errors } = await openIdle(opened, server);
  const queue = new RedisJobQueue<Data>('jobs', {
    redis: own,
    troubles: watchTroubles().troubles,
    logger,
    onFatal() {},
  });
  queue.run({ work: async () => {}, gaveUp: async () => {}, concurrency: 1 });
  await own.acl('SETUSER', 'default', '-evalsha');
  await waitUntil('it was not told', () => errors().length > 0);
  expect(errors()).toMatchObject([{ code: 'redis_forbidden' }]);
  expect(troubles.problem).toMatch(/may not run evalsha/);
  await queue.close();
});

test.concurrent('a password that is refused is named, and a connection is made when it is mended', async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis());
  const operator = operatorOf(opened, server);
  await operator.acl('SETUSER', 'bot', 'on', '>right', '~*', '+@all');
  const { troubles, lines } = watchTroubles();
  const url = server.url.replace('//', '//bot:wrong@');
  const own = connectRedis(url, troubles);
  opened.defer(() => own.disconnect());
  expect(troubles.problem).toBe('not connected');
  await waitUntil('it was not named', () => /refuses the user and password/.test(troubles.problem ?? ''));
  await waitUntil('it was not logged', () => lines.length > 0);
  expect(lines).toMatchObject([{ level: 'warn', code: 'redis_login' }]);
  expect(JSON.stringify(lines)).not.toMatch(/wrong@|bot:wrong/);
  await operator.acl('SETUSER', 'bot', '>wrong');
  await waitUntil('it did not connect', () => troubles.problem === undefined, 30_000);
});

test.concurrent('a Redis that wants a password says so', async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis());
  const operator = operatorOf(opened, server);
  await operator.config('SET', 'requirepass', 'secret');
  const { troubles } = watchTroubles();
  const own = connectRedis(server.url, troubles);
  opened.defer(() => own.disconnect());
  await waitUntil('it was not named', () => /refuses the user and password/.test(troubles.problem ?? ''));
});

/** 5 ms a key. */
const SLOW_TO_LOAD = [
  ['--appendonly', 'no'],
  ['--key-load-delay', '5000'],
  ['--loading-process-events-interval-bytes', '1024'],
].flat();

test.concurrent('a Redis that loads its data says so', async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis(SLOW_TO_LOAD));
  const { own, troubles, lines } = await openIdle(opened, server);
  await own.eval("for i = 1, 4000 do redis.call('SET', 'key:' .. i, i) end", 0);
  await own.call('SAVE');
  await server.stop();
  const started = server.start();
  await waitUntil('it was not named', () => /loading its data/.test(troubles.problem ?? ''), 30_000);
  expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', code: 'redis_loading' }));
  await waitUntil('it did not come back', () => troubles.problem === undefined, 60_000);
  expect(lines.at(-1)?.msg).toBe('Redis is back');
  await started;
});

test.concurrent('a Redis that hangs is not connected within 15 s, and is back soon after', async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis());
  const { own, troubles, lines } = await openIdle(opened, server);
  let closed = 0;
  own.on('close', () => closed++);
  const pid = await server.pid();
  process.kill(pid!, 'SIGSTOP');
  opened.defer(() => void process.kill(pid!, 'SIGCONT'));
  await waitUntil('it was not noticed', () => troubles.problem !== undefined, 15_000);
  // Its system still takes connections, the second among them.
  await waitUntil('it was not tried again', () => closed >= 2, 30_000);
  expect(troubles.problem).toBe('Redis does not answer.');
  expect(lines).not.toContainEqual(expect.objectContaining({ code: 'redis_loading' }));
  process.kill(pid!, 'SIGCONT');
  await waitUntil('it did not come back', () => troubles.problem === undefined, 30_000);
});

test('a job that lost its lock is named as an error', async () => {
  const { troubles, errors } = watchTroubles();
  const prefix = randomUUID();
  const queue = new RedisJobQueue<Data>('jobs', {
    redis: on.redis,
    troubles,
    logger,
    policy: QUICK,
    prefix,
    onFatal() {},
  });
  const inHand = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const work = async () => {
    inHand.resolve();
    await finish.promise;
  };
  queue.run({ work, gaveUp: async () => {}, concurrency: 1 });
  await queue.add('a', { step: 0 });
  await inHand.promise;
  await on.redis.del(`${prefix}:jobs:a:lock`);
  finish.resolve();
  await waitUntil('it was not told', () => errors().some(({ code }) => code === 'job_lost'));
  expect(troubles.problem).toMatch(/lost to another worker/);
  await queue.close();
});

test.concurrent('a Redis that is away is no error of the job store', async () => {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startRedis());
  const { own, troubles, errors } = await openIdle(opened, server);
  const { queue } = await openJobs(own);
  queue.run({ work: async () => {}, gaveUp: async () => {}, concurrency: 1 });
  await server.stop();
  await expect(queue.add('a', { step: 0 })).rejects.toMatchObject({ code: 'redis_away' });
  await waitUntil('nothing was said', () => troubles.problem !== undefined);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(errors()).toEqual([]);
  expect(troubles.problem).toMatch(/Redis does not answer \(ECONNREFUSED\)/);
  await queue.close();
});

import { createLogger } from '@attrai/telemetry/logger';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, test } from 'vitest';
import { bookkeepingOnRedis } from '../src/bookkeeping.ts';
import { connectRedis, untilReady } from '../src/redis/connect-redis.ts';
import type { Envelope } from '../src/requests/envelope.ts';
import { logger, watchTroubles } from './on-redis.ts';
import { noSentinels, PASSWORD, SENTINEL_PASSWORD, startSentinels } from './redis-sentinels.ts';
import { LIMITS } from './world.ts';

const missing = await noSentinels();
if (missing !== undefined) console.log(`Sentinel is not tried: ${missing}`);
const sentinelTest = test.skipIf(missing !== undefined);

sentinelTest(
  'with Sentinel, book and jobs go on after their primary is killed, and after an orderly failover',
  async () => {
    await using opened = new AsyncDisposableStack();
    const sentinels = await startSentinels(opened);
    const output: string[] = [];
    const watched = createLogger({ service: 'test', destination: { write: (line) => output.push(line) } });
    let reconnected = 0;
    const bookkeeping = await bookkeepingOnRedis(sentinels.url, {
      limits: LIMITS,
      logger: watched,
      onFatal: () => {},
      onReconnected: () => {
        reconnected += 1;
      },
    });
    opened.defer(() => bookkeeping.close());
    const { book, jobs, requestRate } = bookkeeping;
    const done: string[] = [];
    const held = new Set(['long']);
    const work = async ({ id }: { id: string }) => {
      await waitUntil('it was held for ever', () => !held.has(id), 100_000);
      done.push(id);
    };
    const running = jobs.replies;
    running.run({ work, gaveUp: async () => {}, concurrency: 2 });
    opened.defer(() => running.close());
    opened.defer(() => held.clear());

    const accept = async (id: string) => {
      const request = { id, userId: id, chatId: id, messageId: id, deadline: Date.now() + 600_000 };
      await book.accept({ ...request, envelope: { of: id } as never as Envelope }, LIMITS);
      await running.add(id, { id } as never);
      await requestRate.take(id);
    };
    const untilAccepted = (id: string) =>
      waitUntil(
        `${id} was not accepted`,
        () =>
          accept(id).then(
            () => true,
            () => false,
          ),
        60_000,
      );
    const untilDone = (...ids: string[]) =>
      waitUntil(`${ids} were not done`, () => ids.every((id) => done.includes(id)), 60_000);

    const untilIdle = () =>
      waitUntil('jobs are left', async () => {
        const { waiting, active, delayed } = await running.counts();
        return waiting + active + delayed === 0;
      });

    for (const id of ['long', 'a', 'b']) await accept(id);
    await untilDone('a', 'b');
    await sentinels.replicated();

    await sentinels.killPrimary();
    await waitUntil('nobody noticed', () => bookkeeping.problem !== undefined, 15_000);
    await untilAccepted('c');
    await untilDone('c');
    await waitUntil('it was still a problem', () => bookkeeping.problem === undefined, 30_000);
    // What the replica had is there: also the job that was in work all the time.
    expect(await book.states(['long', 'a', 'b', 'c'])).toEqual(Array(4).fill('accepted'));
    held.delete('long');
    await untilDone('long');
    await untilIdle();

    await sentinels.startKilled();
    await sentinels.replicated();
    const before = reconnected;
    await sentinels.failover();
    await waitUntil('it stayed with the old primary', () => reconnected > before);
    await untilAccepted('d');
    await untilDone('d');
    await waitUntil('it was a problem for ever', () => bookkeeping.problem === undefined, 30_000);
    await untilIdle();
    expect(done.toSorted()).toEqual(['a', 'b', 'c', 'd', 'long']);
    const log = output.join('');
    expect(log).toMatch(
      /"redis":"redis\+sentinel:\/\/127\.0\.0\.1:\d+,127\.0\.0\.1:\d+,127\.0\.0\.1:\d+\/mymaster\/3"/,
    );
    for (const secret of [PASSWORD, SENTINEL_PASSWORD]) {
      expect(log).not.toContain(secret);
      expect(log).not.toContain(encodeURIComponent(secret));
    }
  },
);

sentinelTest('sentinels that refuse, or know no such primary, are named', async () => {
  await using opened = new AsyncDisposableStack();
  const { url, sentinelUrl } = await startSentinels(opened);
  const problemOf = (from: string, to: string) => {
    const { troubles } = watchTroubles();
    const redis = connectRedis(url.replace(from, to), troubles);
    opened.defer(() => redis.disconnect());
    return { redis, problem: () => troubles.problem ?? '' };
  };
  const noPassword = problemOf(/\?.*/.exec(url)![0], '');
  await waitUntil('it was not named', () => /wants a password, or another one/.test(noPassword.problem()));
  const noName = problemOf('mymaster', 'nobody');
  await waitUntil('it was not named', () => /know no primary of that name/.test(noName.problem()));
  const nobody = problemOf(/@[^/]*/.exec(url)![0], '@127.0.0.1:1,127.0.0.1:2');
  await waitUntil('it was not named', () => /No sentinel of REDIS_URL answers/.test(nobody.problem()));
  const oneIsThere = problemOf('@', '@127.0.0.1:1,');
  await untilReady(oneIsThere.redis);

  const taken = bookkeepingOnRedis(sentinelUrl, { limits: LIMITS, logger, onFatal: () => {} });
  await expect(taken).rejects.toMatchObject({ code: 'bad_config', message: expect.stringMatching(/is a sentinel/) });
});

import { FatalError, FinalError, RetryableError } from '@attrai/contracts/errors';
import { waitUntil } from '@attrai/test-servers/wait-until';
import { afterEach, describe, expect, test } from 'vitest';
import type { JobQueue, Worker } from '../src/jobs/job-queue.ts';
import type { RetryPolicy } from '../src/jobs/retry-policy.ts';

export interface Data {
  step: number;
}

export const QUICK: RetryPolicy = { pauses: [10, 40], tries: 4, oldestMs: 60_000 };

export interface QueueUnderTest {
  queue: JobQueue<Data>;
  /** What its `onFatal` was told. */
  fatal: unknown[];
}

/** What every job queue promises. `open` gives an empty one with the QUICK policy. */
export function describeJobQueue(name: string, open: () => Promise<QueueUnderTest>): void {
  describe(`jobs ${name}`, () => {
    const opened: JobQueue<Data>[] = [];
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((queue) => queue.close()));
    });

    async function make(): Promise<QueueUnderTest> {
      const made = await open();
      opened.push(made.queue);
      return made;
    }

    function run(queue: JobQueue<Data>, work: Worker<Data>['work'], concurrency = 4) {
      const gaveUp: { id: string; step: number; error: unknown }[] = [];
      queue.run({
        work,
        gaveUp: async (job, error) => {
          gaveUp.push({ id: job.id, step: job.data.step, error });
        },
        concurrency,
      });
      return gaveUp;
    }

    const untilEmpty = (queue: JobQueue<Data>) =>
      waitUntil('the queue never became empty', async () => {
        const { waiting, active, delayed } = await queue.counts();
        return waiting + active + delayed === 0;
      });

    test('does a job once and forgets it', async () => {
      const { queue } = await make();
      const done: string[] = [];
      run(queue, async (job) => {
        done.push(`${job.id} ${job.data.step}`);
      });
      await queue.add('a', { step: 7 });
      await waitUntil('the job was not done', () => done.length > 0);
      await untilEmpty(queue);
      expect(done).toEqual(['a 7']);
    });

    test('takes an id once while it waits or is in work, and again after it is done', async () => {
      const { queue } = await make();
      let done = 0;
      let go: (() => void) | undefined;
      const gate = new Promise<void>((resolve) => {
        go = resolve;
      });
      await queue.add('a', { step: 0 });
      await queue.add('a', { step: 1 });
      expect((await queue.counts()).waiting).toBe(1);
      run(queue, async (job) => {
        expect(job.data.step).toBe(0);
        await gate;
        done += 1;
      });
      await waitUntil('the job was not started', async () => (await queue.counts()).active === 1);
      await queue.add('a', { step: 2 });
      go?.();
      await untilEmpty(queue);
      expect(done).toBe(1);
      await queue.add('a', { step: 0 });
      await waitUntil('the job was not done again', () => done === 2);
    });

    test('tries again after a retryable error and after one nobody graded', async () => {
      const { queue } = await make();
      const errors = [new RetryableError('busy', 'busy'), new Error('surprise')];
      let tries = 0;
      const gaveUp = run(queue, async () => {
        tries += 1;
        const error = errors.shift();
        if (error) throw error;
      });
      await queue.add('a', { step: 0 });
      await waitUntil('it was not tried three times', () => tries === 3);
      await untilEmpty(queue);
      expect(gaveUp).toEqual([]);
    });

    test('gives a job up after the last try, with its data, and forgets it', async () => {
      const { queue } = await make();
      let tries = 0;
      const gaveUp = run(queue, async (job) => {
        tries += 1;
        expect(job.data.step).toBe(7);
        throw new RetryableError('busy', `try ${tries}`);
      });
      await queue.add('a', { step: 7 });
      await waitUntil('it was not given up', () => gaveUp.length > 0);
      await untilEmpty(queue);
      expect(tries).toBe(QUICK.tries);
      expect(gaveUp).toMatchObject([{ id: 'a', step: 7, error: { code: 'busy', message: 'try 4' } }]);
    });

    test('gives a job up at once after a final error', async () => {
      const { queue } = await make();
      let tries = 0;
      const gaveUp = run(queue, async () => {
        tries += 1;
        throw new FinalError('blocked', 'blocked');
      });
      await queue.add('a', { step: 0 });
      await waitUntil('it was not given up', () => gaveUp.length > 0);
      await untilEmpty(queue);
      expect(tries).toBe(1);
    });

    test('tries again when giving up failed', async () => {
      const { queue } = await make();
      let givenUp = 0;
      queue.run({
        work: async () => {
          throw new FinalError('blocked', 'blocked');
        },
        gaveUp: async () => {
          givenUp += 1;
          if (givenUp === 1) throw new RetryableError('away', 'Redis is away');
        },
        concurrency: 1,
      });
      await queue.add('a', { step: 0 });
      await waitUntil('giving up was not tried again', () => givenUp === 2);
      await untilEmpty(queue);
    });

    test('tells whether a job was started before, however its earlier tries ended', async () => {
      const { queue } = await make();
      const seen: boolean[] = [];
      const errors = [new RetryableError('busy', 'busy'), new RetryableError('busy', 'busy', { retryAfterMs: 10 })];
      run(queue, async (job) => {
        seen.push(job.again);
        const error = errors.shift();
        if (error) throw error;
      });
      await queue.add('a', { step: 0 });
      await untilEmpty(queue);
      expect(seen).toEqual([false, true, true]);
      await queue.add('a', { step: 0 });
      await waitUntil('it was not done again', () => seen.length === 4);
      expect(seen[3]).toBe(false);
    });

    test('waits as long as the other side asks, and counts no try for it', async () => {
      const { queue } = await make();
      const times: number[] = [];
      const gaveUp = run(queue, async () => {
        times.push(Date.now());
        if (times.length <= QUICK.tries + 2) throw new RetryableError('busy', 'busy', { retryAfterMs: 80 });
      });
      await queue.add('a', { step: 0 });
      await waitUntil('it was not done', () => times.length === QUICK.tries + 3);
      await untilEmpty(queue);
      expect(gaveUp).toEqual([]);
      for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(75);
    });

    test('lets other jobs pass one that waits', async () => {
      const { queue } = await make();
      const done: string[] = [];
      await queue.add('slow', { step: 0 });
      await queue.add('quick', { step: 0 });
      run(
        queue,
        async (job) => {
          if (job.id === 'slow' && !job.again) throw new RetryableError('busy', 'busy', { retryAfterMs: 300 });
          done.push(job.id);
        },
        1,
      );
      await waitUntil('both were not done', () => done.length === 2);
      expect(done).toEqual(['quick', 'slow']);
    });

    test('works on no more jobs at once than it may', async () => {
      const { queue } = await make();
      let inWork = 0;
      let most = 0;
      let done = 0;
      const all = Promise.withResolvers<void>();
      run(
        queue,
        async () => {
          inWork += 1;
          most = Math.max(most, inWork);
          if (inWork === 3) all.resolve();
          await all.promise;
          await new Promise((resolve) => setTimeout(resolve, 30));
          inWork -= 1;
          done += 1;
        },
        3,
      );
      for (let i = 0; i < 12; i++) await queue.add(`job${i}`, { step: 0 });
      await waitUntil('they were not all done', () => done === 12);
      expect(most).toBe(3);
    });

    test('tells of a fatal error and keeps the job', async () => {
      const { queue, fatal } = await make();
      const gaveUp = run(queue, async () => {
        throw new FatalError('token_refused', 'no');
      });
      await queue.add('a', { step: 0 });
      await waitUntil('nobody was told', () => fatal.length > 0);
      const { waiting, active, delayed } = await queue.counts();
      expect(waiting + active + delayed).toBe(1);
      expect(gaveUp).toEqual([]);
    });

    test('waits for the work in hand when it closes, and starts nothing more', async () => {
      const { queue } = await open();
      const started: string[] = [];
      const finished: string[] = [];
      const finish = Promise.withResolvers<void>();
      run(
        queue,
        async (job) => {
          started.push(job.id);
          await finish.promise;
          finished.push(job.id);
        },
        1,
      );
      await queue.add('first', { step: 0 });
      await queue.add('second', { step: 0 });
      await waitUntil('the first was not started', () => started.length === 1);
      const closed = queue.close();
      finish.resolve();
      await closed;
      expect(finished).toEqual(['first']);
      expect(started).toEqual(['first']);
    });
  });
}

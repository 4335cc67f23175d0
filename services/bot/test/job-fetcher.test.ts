import { expect, onTestFinished, test, vi } from 'vitest';
import { JobFetcher } from '../src/jobs/job-fetcher.ts';

/** A queue of jobs by name, as Redis keeps one; each job is in work until it is finished. */
function open(concurrency: number, ...waiting: string[]) {
  vi.useFakeTimers();
  const inWork = new Map<string, () => void>();
  const errors: unknown[] = [];
  let asked = 0;
  let away = false;
  const fetch = async () => {
    asked += 1;
    if (away) throw new Error('away');
    const job = waiting.shift();
    return job === undefined ? undefined : () => new Promise<void>((finish) => inWork.set(job, finish));
  };
  const fetching = new JobFetcher(concurrency, fetch, (error) => errors.push(error));
  onTestFinished(() => {
    fetching.stop();
    vi.useRealTimers();
  });
  return {
    fetching,
    waiting,
    errors,
    inWork: () => [...inWork.keys()],
    async finish(job: string) {
      inWork.get(job)?.();
      inWork.delete(job);
      await settled();
    },
    add(job: string) {
      waiting.push(job);
      fetching.more();
    },
    setAway(now: boolean) {
      away = now;
    },
    get asked() {
      return asked;
    },
  };
}

const settled = () => vi.advanceTimersByTimeAsync(0);
const aSecond = () => vi.advanceTimersByTimeAsync(1_000);

test('asks once for each job it is told of', async () => {
  const queue = open(3);
  await settled();
  const before = queue.asked;
  for (const job of ['a', 'b', 'c', 'd']) queue.add(job);
  await settled();
  expect(queue.inWork()).toEqual(['a', 'b', 'c']);
  await queue.finish('b');
  expect(queue.inWork()).toEqual(['a', 'c', 'd']);
  for (const job of ['a', 'c', 'd']) await queue.finish(job);
  expect(queue.asked - before).toBe(4);
});

test('finds the jobs it is not told of, at its start and each second, and no more at once than it may', async () => {
  const queue = open(2, 'a', 'b', 'c');
  await settled();
  expect(queue.inWork()).toEqual(['a', 'b']);
  await queue.finish('a');
  expect(queue.inWork()).toEqual(['b', 'c']);
  for (const job of ['b', 'c']) await queue.finish(job);
  queue.waiting.push('d', 'e', 'f');
  await aSecond();
  expect(queue.inWork()).toEqual(['d', 'e']);
  await queue.finish('e');
  expect(queue.inWork()).toEqual(['d', 'f']);
});

test('fetches a job that is due later in its time', async () => {
  const queue = open(1);
  await settled();
  queue.fetching.moreIn(300);
  setTimeout(() => queue.waiting.push('later'), 300);
  await vi.advanceTimersByTimeAsync(299);
  expect(queue.asked).toBe(1);
  await vi.advanceTimersByTimeAsync(10);
  expect(queue.inWork()).toEqual(['later']);
});

test('asks again, without haste, while it gets no answer, and then for all that came meanwhile', async () => {
  const queue = open(4);
  await settled();
  queue.setAway(true);
  for (const job of ['a', 'b']) queue.add(job);
  await aSecond();
  expect(queue.errors.length).toBeGreaterThan(0);
  expect(queue.asked).toBeLessThan(6);
  queue.setAway(false);
  await aSecond();
  expect(queue.inWork()).toEqual(['a', 'b']);
});

test('finishes what it has in hand, and takes nothing more', async () => {
  const queue = open(1, 'a', 'b');
  await settled();
  let finished = false;
  void queue.fetching.finish().then(() => {
    finished = true;
  });
  queue.add('c');
  await aSecond();
  expect(finished).toBe(false);
  await queue.finish('a');
  expect(finished).toBe(true);
  expect(queue.inWork()).toEqual([]);
});

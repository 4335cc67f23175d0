import type { Job, JobCounts, JobQueue, Worker } from './job-queue.ts';
import { judge, pauseAfter, RETRY_POLICY, type RetryPolicy } from './retry-policy.ts';

interface Entry<D> {
  id: string;
  data: D;
  addedAt: number;
  failures: number;
  state: 'waiting' | 'active' | 'delayed';
  timer?: NodeJS.Timeout;
}

export interface InProcessJobsOptions {
  onFatal(error: unknown): void;
  policy?: RetryPolicy;
}

/** Jobs in this process's memory: for one process without Redis. They end with the process. */
export function createInProcessJobs<D>({ onFatal, policy = RETRY_POLICY }: InProcessJobsOptions): JobQueue<D> {
  const entries = new Map<string, Entry<D>>();
  const waiting: Entry<D>[] = [];
  const inWork = new Set<Promise<void>>();
  let worker: Worker<D> | undefined;
  let closed = false;

  function enqueue(entry: Entry<D>, delayMs: number): void {
    if (closed) return;
    if (delayMs > 0) {
      entry.state = 'delayed';
      entry.timer = setTimeout(() => enqueue(entry, 0), delayMs);
      return;
    }
    entry.state = 'waiting';
    waiting.push(entry);
    startNext();
  }

  function startNext(): void {
    while (worker && !closed && inWork.size < worker.concurrency) {
      const entry = waiting.shift();
      if (!entry) return;
      entry.state = 'active';
      const running = workOn(entry, worker).finally(() => {
        inWork.delete(running);
        startNext();
      });
      inWork.add(running);
    }
  }

  async function workOn(entry: Entry<D>, { work, gaveUp }: Worker<D>): Promise<void> {
    const job: Job<D> = {
      id: entry.id,
      get data() {
        return entry.data;
      },
      async save(data) {
        entry.data = structuredClone(data);
      },
    };
    try {
      await work(job);
      entries.delete(entry.id);
    } catch (error) {
      const verdict = judge(error, entry.failures, Date.now() - entry.addedAt, policy);
      if (verdict.kind === 'fatal') return onFatal(error);
      if (verdict.kind === 'again') {
        if (verdict.counts) entry.failures += 1;
        return enqueue(entry, verdict.delayMs);
      }
      try {
        await gaveUp(job, error);
        entries.delete(entry.id);
      } catch {
        enqueue(entry, pauseAfter(entry.failures, policy));
      }
    }
  }

  return {
    async add(id, data) {
      if (entries.has(id)) return;
      const entry: Entry<D> = { id, data: structuredClone(data), addedAt: Date.now(), failures: 0, state: 'waiting' };
      entries.set(id, entry);
      enqueue(entry, 0);
    },
    run(given) {
      worker = given;
      startNext();
    },
    async counts() {
      const counts: JobCounts = { waiting: 0, active: 0, delayed: 0 };
      for (const { state } of entries.values()) counts[state] += 1;
      return counts;
    },
    async close() {
      closed = true;
      for (const { timer } of entries.values()) clearTimeout(timer);
      await Promise.all(inWork);
    },
  };
}

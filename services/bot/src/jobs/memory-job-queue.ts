import type { JobCounts, JobQueue, Worker } from './job-queue.ts';
import { judge, pauseAfter, RETRY_POLICY, type RetryPolicy } from './retry-policy.ts';

interface Entry<D> {
  id: string;
  data: D;
  addedAt: number;
  starts: number;
  failures: number;
  state: 'waiting' | 'active' | 'delayed';
  timer?: NodeJS.Timeout;
}

export interface MemoryJobQueueOptions {
  onFatal(error: unknown): void;
  policy?: RetryPolicy;
}

/** Jobs in memory, for one process without Redis. They end with the process. */
export class MemoryJobQueue<D> implements JobQueue<D> {
  #options: Required<MemoryJobQueueOptions>;
  #entries = new Map<string, Entry<D>>();
  #waiting: Entry<D>[] = [];
  #inWork = new Set<Promise<void>>();
  #worker: Worker<D> | undefined;
  #closed = false;

  constructor(options: MemoryJobQueueOptions) {
    this.#options = { policy: RETRY_POLICY, ...options };
  }

  async add(id: string, stored: D): Promise<void> {
    if (this.#entries.has(id)) return;
    const data = structuredClone(stored);
    const entry: Entry<D> = { id, data, addedAt: Date.now(), starts: 0, failures: 0, state: 'waiting' };
    this.#entries.set(id, entry);
    this.#enqueue(entry, 0);
  }

  run(worker: Worker<D>): void {
    this.#worker = worker;
    this.#startNext();
  }

  async counts(): Promise<JobCounts> {
    const counts: JobCounts = { waiting: 0, active: 0, delayed: 0 };
    for (const { state } of this.#entries.values()) counts[state] += 1;
    return counts;
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const { timer } of this.#entries.values()) clearTimeout(timer);
    await Promise.all(this.#inWork);
  }

  #enqueue(entry: Entry<D>, delayMs: number): void {
    if (this.#closed) return;
    if (delayMs > 0) {
      entry.state = 'delayed';
      entry.timer = setTimeout(() => this.#enqueue(entry, 0), delayMs);
      return;
    }
    entry.state = 'waiting';
    this.#waiting.push(entry);
    this.#startNext();
  }

  #startNext(): void {
    while (this.#worker && !this.#closed && this.#inWork.size < this.#worker.concurrency) {
      const entry = this.#waiting.shift();
      if (!entry) return;
      entry.state = 'active';
      const running = this.#workOn(entry, this.#worker).finally(() => {
        this.#inWork.delete(running);
        this.#startNext();
      });
      this.#inWork.add(running);
    }
  }

  async #workOn(entry: Entry<D>, worker: Worker<D>): Promise<void> {
    const { onFatal, policy } = this.#options;
    const { id, data } = entry;
    const job = { id, data, again: entry.starts > 0 };
    entry.starts += 1;
    try {
      await worker.work(job);
      this.#entries.delete(id);
    } catch (error) {
      const verdict = judge(error, entry.failures, Date.now() - entry.addedAt, policy);
      if (verdict.kind === 'fatal') return onFatal(error);
      if (verdict.kind === 'again') {
        if (verdict.counts) entry.failures += 1;
        return this.#enqueue(entry, verdict.delayMs);
      }
      try {
        await worker.gaveUp(job, error);
        this.#entries.delete(id);
      } catch {
        this.#enqueue(entry, pauseAfter(entry.failures, policy));
      }
    }
  }
}

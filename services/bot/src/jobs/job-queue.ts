/** One piece of the bot's work that calls Telegram. */
export interface Job<D> {
  readonly id: string;
  readonly data: D;
  /** It was started before: what an earlier try has done must be looked up. */
  readonly again: boolean;
}

/**
 * What to do with jobs. The grade of what `work` throws decides:
 * - resolves: done, the job is gone
 * - retryable (or ungraded): again after a growing pause, or after the error's `retryAfterMs`; too often: given up
 * - final: given up at once
 * - fatal: the job stays, and the queue's `onFatal` is told
 */
export interface Worker<D> {
  /** Jobs in work at the same time, at most. */
  readonly concurrency: number;
  work(job: Job<D>): Promise<void>;
  /** Ends a job that can't succeed. Throwing brings the job back for another try. */
  gaveUp(job: Job<D>, error: unknown): Promise<void>;
}

export interface JobCounts {
  waiting: number;
  active: number;
  delayed: number;
}

export interface JobQueue<D> {
  /**
   * Adds a job; one whose id waits, is to be tried again or in work already is left as it is.
   * Throws a RetryableError if the job can't be stored; it may have been stored nevertheless.
   */
  add(id: string, data: D): Promise<void>;
  /** Starts working. Once per queue. */
  run(worker: Worker<D>): void;
  counts(): Promise<JobCounts>;
  /** Starts no further job and waits for those in work. */
  close(): Promise<void>;
}

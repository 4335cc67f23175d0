/** One piece of the bot's work that calls the chat network. */
export interface Job<D> {
  readonly id: string;
  readonly data: D;
  /** It was started before, so an earlier try may have done a part of it. */
  readonly again: boolean;
}

/**
 * What to do with jobs. The grade of what `work` throws decides:
 * - resolves: done, the job is gone
 * - retryable (or ungraded): again after a growing pause, or after the error's `retryAfterMs`; after too many tries, given up
 * - final: given up at once
 * - fatal: the job stays, and the queue's `onFatal` is told
 */
export interface Worker<D> {
  /** Jobs in work at the same time, at most. */
  readonly concurrency: number;
  work(job: Job<D>): Promise<void>;
  /** Ends a job that can't succeed. If it throws, the job comes back for another try. */
  gaveUp(job: Job<D>, error: unknown): Promise<void>;
}

export interface JobCounts {
  waiting: number;
  active: number;
  delayed: number;
}

export interface JobQueue<D> {
  /**
   * Adds a job. If there is one with this id, that stays as it is.
   * Throws a RetryableError if the job was not stored, or if nobody knows whether it was.
   */
  add(id: string, data: D): Promise<void>;
  /** Starts to work. Once per queue. */
  run(worker: Worker<D>): void;
  counts(): Promise<JobCounts>;
  /** Starts no further job and waits for those in work. */
  close(): Promise<void>;
}

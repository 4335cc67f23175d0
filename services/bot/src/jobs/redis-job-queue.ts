import { randomUUID } from 'node:crypto';
import type { Logger } from '@attrai/telemetry/logger';
import { type Job as BullJob, Worker as BullWorker, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { connectForWork } from '../redis/connect-redis.ts';
import { grading } from '../redis/redis-errors.ts';
import type { RedisTroubles } from '../redis/redis-troubles.ts';
import { JobFetcher } from './job-fetcher.ts';
import type { Job, JobCounts, JobQueue, Worker } from './job-queue.ts';
import { judge, pauseAfter, RETRY_POLICY, type RetryPolicy } from './retry-policy.ts';

export interface RedisJobQueueOptions {
  /** For adding and asking; fails at once while Redis is away. */
  redis: Redis;
  troubles: RedisTroubles;
  logger: Logger;
  onFatal(error: unknown): void;
  policy?: RetryPolicy;
  /** Keys of this installation begin with this. */
  prefix?: string;
}

/** The job of a process that died is taken up again after this time, plus at most the time between two checks. */
const LOCK_MS = 20_000;
const STALL_CHECK_MS = 5_000;
/** One failed call in between does not lose the lock. */
const LOCK_AGAIN_MS = LOCK_MS / 3;
/** BullMQ drops a job that failed or stalled too often. Here only the retry policy ends jobs. */
const NEVER = 1_000_000;

/** BullMQ asks Redis for its version when a queue is made. If that one question fails, the queue refuses everything from then on. */
const ASK_NOTHING_FIRST = { skipVersionCheck: true };

/** Jobs on Redis, by BullMQ. They outlive the process. A job that is done or given up leaves nothing in Redis. */
export class RedisJobQueue<D> implements JobQueue<D> {
  #name: string;
  #options: Required<RedisJobQueueOptions>;
  #queue: Queue<D, void, string>;
  #workerConnection: Redis | undefined;
  #bullWorker: BullWorker<D> | undefined;
  #fetcher: JobFetcher | undefined;
  /** A job in work is locked with a token. The tokens of this process begin with this. */
  #owner = randomUUID();
  /** Tokens of the jobs in work, by id. */
  #inWork = new Map<string, string>();
  #locking: NodeJS.Timeout | undefined;

  constructor(name: string, options: RedisJobQueueOptions) {
    this.#name = name;
    this.#options = { policy: RETRY_POLICY, prefix: 'attrai', ...options };
    this.#queue = new Queue<D, void, string>(name, {
      ...ASK_NOTHING_FIRST,
      connection: options.redis,
      prefix: this.#options.prefix,
      defaultJobOptions: {
        attempts: NEVER,
        backoff: { type: 'custom' },
        removeOnComplete: true,
        removeOnFail: true,
        stackTraceLimit: 0,
      },
    });
    this.#queue.on('error', this.#noteTrouble);
  }

  async add(id: string, data: D): Promise<void> {
    // BullMQ types a job's data by conditional types that a free D can't satisfy.
    const queue = this.#queue as Queue;
    await grading(`to take a job of ${this.#name}`, () => queue.add(this.#name, data, { jobId: id }));
    this.#fetcher?.more();
  }

  run(worker: Worker<D>): void {
    const { redis, logger, policy, prefix } = this.#options;
    const connection = connectForWork(redis, logger);
    this.#workerConnection = connection;
    // No function: see https://docs.bullmq.io/patterns/manually-fetching-jobs
    const bullWorker = new BullWorker<D>(this.#name, undefined, {
      ...ASK_NOTHING_FIRST,
      connection,
      prefix,
      lockDuration: LOCK_MS,
      stalledInterval: STALL_CHECK_MS,
      maxStalledCount: NEVER,
      settings: { backoffStrategy: (attemptsMade) => pauseAfter(attemptsMade - 1, policy) },
    });
    this.#bullWorker = bullWorker;
    bullWorker.on('error', this.#noteTrouble);
    bullWorker.startStalledCheckTimer().catch(this.#noteTrouble);
    connection.on('ready', () => this.#putBackLost(connection, bullWorker).catch(this.#noteTrouble));
    this.#locking = setInterval(() => this.#lockAgain(bullWorker), LOCK_AGAIN_MS);
    const fetch = async () => {
      const token = `${this.#owner}:${randomUUID()}`;
      const bullJob = await bullWorker.getNextJob(token, { block: false });
      return bullJob && (() => this.#onceAtATime(bullJob, token, worker));
    };
    this.#fetcher = new JobFetcher(worker.concurrency, fetch, this.#noteTrouble);
  }

  async counts(): Promise<JobCounts> {
    const counts = await this.#queue.getJobCounts('wait', 'active', 'delayed');
    return { waiting: counts.wait ?? 0, active: counts.active ?? 0, delayed: counts.delayed ?? 0 };
  }

  async close(): Promise<void> {
    // While Redis is away, nothing can be recorded as done. The lock runs out, and the job is taken up again.
    const away = this.#options.redis.status !== 'ready';
    if (away) this.#fetcher?.stop();
    else await this.#fetcher?.finish();
    clearInterval(this.#locking);
    await this.#bullWorker?.close(away);
    await this.#queue.close();
    this.#workerConnection?.disconnect();
  }

  #noteTrouble = (error: unknown): void => {
    this.#options.troubles.note(`for jobs of ${this.#name}`, error);
  };

  #lockAgain(bullWorker: BullWorker<D>): void {
    if (this.#inWork.size === 0) return;
    bullWorker.extendJobLocks([...this.#inWork.keys()], [...this.#inWork.values()], LOCK_MS).catch(this.#noteTrouble);
  }

  /**
   * Puts back the jobs whose handing out was lost with the connection: they are locked, but nobody works on them.
   * `connection` must be the worker's. After a break ioredis first sends its open commands again. So every job that did
   * arrive is in work when the second question is answered.
   */
  async #putBackLost(connection: Redis, bullWorker: BullWorker<D>): Promise<void> {
    const ids = await connection.lrange(bullWorker.toKey('active'), 0, -1);
    if (ids.length === 0) return;
    const tokens = await connection.mget(ids.map((id) => `${bullWorker.toKey(id)}:lock`));
    const lost = ids.flatMap((id, i) => {
      const token = tokens[i];
      return token?.startsWith(this.#owner) && this.#inWork.get(id) !== token ? [{ id, token }] : [];
    });
    const backend = bullWorker.getBackend();
    await Promise.all(lost.map(({ id, token }) => backend.moveJobFromActiveToWait(id, token)));
  }

  /** A job that lost its lock in an outage of Redis may come back while its first run goes on here. Then it waits. */
  async #onceAtATime(bullJob: BullJob<D>, token: string, worker: Worker<D>): Promise<void> {
    const id = bullJob.id as string;
    if (this.#inWork.has(id)) return this.#postpone(bullJob, token, this.#options.policy.pauses[0]);
    this.#inWork.set(id, token);
    try {
      await this.#workOn(bullJob, token, worker);
    } finally {
      this.#inWork.delete(id);
    }
  }

  async #workOn(bullJob: BullJob<D>, token: string, worker: Worker<D>): Promise<void> {
    const job: Job<D> = { id: bullJob.id as string, data: bullJob.data, again: bullJob.attemptsStarted > 1 };
    try {
      await worker.work(job);
    } catch (error) {
      const { policy, onFatal } = this.#options;
      const verdict = judge(error, bullJob.attemptsMade, Date.now() - bullJob.timestamp, policy);
      if (verdict.kind === 'fatal') onFatal(error);
      if (verdict.kind === 'again' && !verdict.counts) return this.#postpone(bullJob, token, verdict.delayMs);
      if (verdict.kind !== 'give_up') return this.#fail(bullJob, token, error);
      try {
        await worker.gaveUp(job, error);
      } catch (failure) {
        return this.#fail(bullJob, token, failure);
      }
    }
    await bullJob.moveToCompleted(undefined, token, false);
  }

  async #fail(bullJob: BullJob<D>, token: string, error: unknown): Promise<void> {
    await bullJob.moveToFailed(error as Error, token);
    this.#fetcher?.moreIn(bullJob.delay);
  }

  async #postpone(bullJob: BullJob<D>, token: string, ms: number): Promise<void> {
    await bullJob.moveToDelayed(Date.now() + ms, token);
    this.#fetcher?.moreIn(ms);
  }
}

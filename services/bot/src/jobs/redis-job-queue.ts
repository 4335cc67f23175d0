import { randomUUID } from 'node:crypto';
import type { Logger } from '@attrai/telemetry/logger';
import { type Job as BullJob, Worker as BullWorker, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { connectForWork } from '../redis/connect-redis.ts';
import { gradeRedisError } from '../redis/redis-errors.ts';
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

/** A job whose process died is taken up again after this long, ms, plus at most as long as a check for such jobs takes. */
const LOCK_MS = 20_000;
const STALL_CHECK_MS = 5_000;
/** Often enough that one that fails does no harm. */
const LOCK_AGAIN_MS = LOCK_MS / 3;
/** BullMQ drops a job that failed or stalled "too often". Ours end by the retry policy alone. */
const NEVER = 1_000_000;

/**
 * BullMQ asks Redis for its version once, when a queue is made. If that one question fails, since the connection breaks
 * or Redis is slow, the queue refuses everything from then on.
 */
const ASK_NOTHING_FIRST = { skipVersionCheck: true };

/** Jobs on Redis, by BullMQ: they outlive the process. Done, and given up, they leave nothing in Redis. */
export class RedisJobQueue<D> implements JobQueue<D> {
  #name: string;
  #redis: Redis;
  #troubles: RedisTroubles;
  #logger: Logger;
  #onFatal: (error: unknown) => void;
  #policy: RetryPolicy;
  #prefix: string;
  #queue: Queue<D, void, string>;
  #workerConnection: Redis | undefined;
  #bullWorker: BullWorker<D> | undefined;
  #fetcher: JobFetcher | undefined;
  /** The tokens of this process begin with it. A token is what a job is locked with while it is in work. */
  #owner = randomUUID();
  /** Tokens of the jobs in work, by id. */
  #inWork = new Map<string, string>();
  #locking: NodeJS.Timeout | undefined;

  constructor(name: string, options: RedisJobQueueOptions) {
    const { redis, troubles, logger, onFatal, policy = RETRY_POLICY, prefix = 'attrai' } = options;
    this.#name = name;
    this.#redis = redis;
    this.#troubles = troubles;
    this.#logger = logger;
    this.#onFatal = onFatal;
    this.#policy = policy;
    this.#prefix = prefix;
    this.#queue = new Queue<D, void, string>(name, {
      ...ASK_NOTHING_FIRST,
      connection: redis,
      prefix,
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
    try {
      // BullMQ types a job's data by conditional types that a free D can't satisfy.
      await (this.#queue as Queue).add(this.#name, data, { jobId: id });
    } catch (cause) {
      throw gradeRedisError(`to take a job of ${this.#name}`, cause);
    }
    this.#fetcher?.more();
  }

  run(worker: Worker<D>): void {
    const connection = connectForWork(this.#redis, this.#logger);
    this.#workerConnection = connection;
    // Without a function to work by: see https://docs.bullmq.io/patterns/manually-fetching-jobs
    const bullWorker = new BullWorker<D>(this.#name, undefined, {
      ...ASK_NOTHING_FIRST,
      connection,
      prefix: this.#prefix,
      lockDuration: LOCK_MS,
      stalledInterval: STALL_CHECK_MS,
      maxStalledCount: NEVER,
      settings: { backoffStrategy: (attemptsMade) => pauseAfter(attemptsMade - 1, this.#policy) },
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
    // While Redis is away nobody can record what is done: the lock runs out instead, and the job is taken up again.
    const away = this.#redis.status !== 'ready';
    if (away) this.#fetcher?.stop();
    else await this.#fetcher?.finish();
    clearInterval(this.#locking);
    await this.#bullWorker?.close(away);
    await this.#queue.close();
    this.#workerConnection?.disconnect();
  }

  #noteTrouble = (error: unknown): void => {
    this.#troubles.note(`for jobs of ${this.#name}`, error);
  };

  #lockAgain(bullWorker: BullWorker<D>): void {
    if (this.#inWork.size === 0) return;
    bullWorker.extendJobLocks([...this.#inWork.keys()], [...this.#inWork.values()], LOCK_MS).catch(this.#noteTrouble);
  }

  /**
   * Puts back each job that Redis handed out in an answer that got lost with the connection: it is locked, but nobody
   * works on it. `connection` must be the worker's. What ioredis sends again after a break goes before these questions,
   * so every job whose answer did arrive is in work by the second one's answer.
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

  /** A job that lost its lock in an outage of Redis comes back while its first run goes on here: it waits for that. */
  async #onceAtATime(bullJob: BullJob<D>, token: string, worker: Worker<D>): Promise<void> {
    const id = bullJob.id as string;
    if (this.#inWork.has(id)) return this.#postpone(bullJob, token, this.#policy.pauses[0]);
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
      const verdict = judge(error, bullJob.attemptsMade, Date.now() - bullJob.timestamp, this.#policy);
      if (verdict.kind === 'fatal') this.#onFatal(error);
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

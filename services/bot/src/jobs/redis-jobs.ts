import { randomUUID } from 'node:crypto';
import { RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import { type Job as BullJob, Worker as BullWorker, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { connectForWork } from '../redis/connect-redis.ts';
import { type Fetching, startFetching } from './fetch-jobs.ts';
import type { Job, JobQueue, Worker } from './job-queue.ts';
import { judge, pauseAfter, RETRY_POLICY, type RetryPolicy } from './retry-policy.ts';

export interface RedisJobsOptions {
  /** For adding and asking; fails at once while Redis is away. */
  redis: Redis;
  logger: Logger;
  onFatal(error: unknown): void;
  policy?: RetryPolicy;
  /** Keys of this installation begin with this. */
  prefix?: string;
}

/** A job whose process died is taken up again after this long, ms, plus at most as long as a check for such jobs takes. */
const LOCK_MS = 30_000;
const STALL_CHECK_MS = 15_000;
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
export function createRedisJobs<D>(name: string, options: RedisJobsOptions): JobQueue<D> {
  const { redis, logger, onFatal, policy = RETRY_POLICY, prefix = 'attrai' } = options;
  /** The tokens of this process begin with it. A token is what a job is locked with while it is in work. */
  const owner = randomUUID();
  /** Tokens by the ids of their jobs. */
  const inWork = new Map<string, string>();
  let workerConnection: Redis | undefined;
  let bullWorker: BullWorker<D> | undefined;
  let fetching: Fetching | undefined;
  let locking: NodeJS.Timeout | undefined;

  const queue = new Queue<D, void, string>(name, {
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
  const redisIsAway = (err: unknown) => logger.debug({ err, jobs: name }, 'Redis is away');
  queue.on('error', redisIsAway);

  async function workOn(bullJob: BullJob<D>, token: string, { work, gaveUp }: Worker<D>): Promise<void> {
    const job: Job<D> = {
      id: bullJob.id as string,
      get data() {
        return bullJob.data;
      },
      save: (data) => bullJob.updateData(data),
    };
    try {
      await work(job);
    } catch (error) {
      const verdict = judge(error, bullJob.attemptsMade, Date.now() - bullJob.timestamp, policy);
      if (verdict.kind === 'fatal') onFatal(error);
      if (verdict.kind === 'again' && !verdict.counts) return postpone(bullJob, token, verdict.delayMs);
      if (verdict.kind !== 'give_up') return fail(bullJob, token, error);
      try {
        await gaveUp(job, error);
      } catch (failure) {
        return fail(bullJob, token, failure);
      }
    }
    await bullJob.moveToCompleted(undefined, token, false);
  }

  async function fail(bullJob: BullJob<D>, token: string, error: unknown): Promise<void> {
    await bullJob.moveToFailed(error as Error, token);
    fetching?.moreIn(bullJob.delay);
  }

  async function postpone(bullJob: BullJob<D>, token: string, ms: number): Promise<void> {
    await bullJob.moveToDelayed(Date.now() + ms, token);
    fetching?.moreIn(ms);
  }

  /** A job that lost its lock in an outage of Redis comes back while its first run goes on here: it waits for that. */
  async function onceAtATime(bullJob: BullJob<D>, token: string, worker: Worker<D>): Promise<void> {
    const id = bullJob.id as string;
    if (inWork.has(id)) return postpone(bullJob, token, policy.firstPauseMs);
    inWork.set(id, token);
    try {
      await workOn(bullJob, token, worker);
    } finally {
      inWork.delete(id);
    }
  }

  /**
   * Puts back each job that Redis handed out in an answer that got lost with the connection: it is locked, but nobody
   * works on it. `connection` must be the worker's. What ioredis sends again after a break goes before these questions,
   * so every job whose answer did arrive is in work by the second one's answer.
   */
  async function putBackLost(connection: Redis, ours: BullWorker<D>): Promise<void> {
    const ids = await connection.lrange(ours.toKey('active'), 0, -1);
    if (ids.length === 0) return;
    const tokens = await connection.mget(ids.map((id) => `${ours.toKey(id)}:lock`));
    const lost = ids.flatMap((id, i) => {
      const token = tokens[i];
      return token?.startsWith(owner) && inWork.get(id) !== token ? { id, token } : [];
    });
    const backend = ours.getBackend();
    await Promise.all(lost.map(({ id, token }) => backend.moveJobFromActiveToWait(id, token)));
  }

  return {
    async add(id, data) {
      try {
        // BullMQ types a job's data by conditional types that a free D can't satisfy.
        await (queue as Queue).add(name, data, { jobId: id });
      } catch (cause) {
        throw new RetryableError('jobs_unavailable', `Redis did not take a job of ${name}. Try again.`, { cause });
      }
      fetching?.more();
    },

    run(worker) {
      const connection = connectForWork(redis, logger);
      workerConnection = connection;
      // Without a function to work by: see https://docs.bullmq.io/patterns/manually-fetching-jobs
      const ours = new BullWorker<D>(name, undefined, {
        ...ASK_NOTHING_FIRST,
        connection,
        prefix,
        lockDuration: LOCK_MS,
        stalledInterval: STALL_CHECK_MS,
        maxStalledCount: NEVER,
        settings: { backoffStrategy: (attemptsMade) => pauseAfter(attemptsMade - 1, policy) },
      });
      bullWorker = ours;
      ours.on('error', redisIsAway);
      ours.startStalledCheckTimer().catch(redisIsAway);
      connection.on('ready', () => putBackLost(connection, ours).catch(redisIsAway));
      locking = setInterval(() => {
        if (inWork.size === 0) return;
        ours.extendJobLocks([...inWork.keys()], [...inWork.values()], LOCK_MS).catch(redisIsAway);
      }, LOCK_AGAIN_MS);
      const fetch = async () => {
        const token = `${owner}:${randomUUID()}`;
        const bullJob = await ours.getNextJob(token, { block: false });
        return bullJob && (() => onceAtATime(bullJob, token, worker));
      };
      fetching = startFetching(worker.concurrency, fetch, redisIsAway);
    },

    async counts() {
      const counts = await queue.getJobCounts('wait', 'active', 'delayed');
      return { waiting: counts.wait ?? 0, active: counts.active ?? 0, delayed: counts.delayed ?? 0 };
    },

    async close() {
      // Redis being away, nobody can record what is done: the lock runs out instead, and the job is taken up again.
      const away = redis.status !== 'ready';
      if (away) fetching?.stop();
      else await fetching?.finish();
      clearInterval(locking);
      await bullWorker?.close(away);
      await queue.close();
      workerConnection?.disconnect();
    },
  };
}

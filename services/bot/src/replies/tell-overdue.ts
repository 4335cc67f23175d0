import type { Logger } from '@attrai/telemetry/logger';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { ActiveRequests } from '../limits/active-requests.ts';
import { deadlineJobId, type ReplyJob } from './reply-job.ts';

const EVERY_MS = 1_000;

export interface TellOverdueParts {
  activeRequests: ActiveRequests;
  replies: JobQueue<ReplyJob>;
  logger: Logger;
}

/**
 * Has those told whose deadline has passed without an answer. Looks each second instead of keeping a delayed job for each
 * photo, which nearly all of them would take back again. One that is overdue is added until it is released: a job that is
 * there already stays as it is.
 */
export function startTellingOverdue({ activeRequests, replies, logger }: TellOverdueParts): { stop(): void } {
  let looking = false;

  async function look(): Promise<void> {
    const overdue = await activeRequests.overdue();
    const adding = overdue.map(({ id, replyTo }) =>
      replies.add(deadlineJobId(id), { id, replyTo, answer: { kind: 'expired' } }),
    );
    await Promise.all(adding);
  }

  const timer = setInterval(async () => {
    if (looking) return;
    looking = true;
    await look().catch((err) => logger.debug({ err }, 'Could not look for photos that are overdue; later again'));
    looking = false;
  }, EVERY_MS);
  return { stop: () => clearInterval(timer) };
}

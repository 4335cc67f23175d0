import type { Broker, Consumer } from '@attrai/broker/broker';
import { consumeChecked } from '@attrai/broker/typed-queue';
import { patiently } from '@attrai/contracts/patiently';
import { AFTER_ESTIMATE } from '@attrai/contracts/queues';
import { type EstimateResult, estimateResult } from '@attrai/contracts/result';
import { type ReplyJob, replyJobId } from './reply-job.ts';
import { INBOX_SUFFIX, type ReplyParts } from './send-replies.ts';

const PREFETCH = 16;

/**
 * Turns every message of `after_estimate` into a reply job. While Redis is away, messages wait in hand rather than
 * count as failed. Of a second result for a request, or one that comes too late, the job only deletes the picture.
 */
export function takeResults(broker: Broker, parts: ReplyParts, stopping: AbortSignal): Promise<Consumer> {
  const { replies, inbox, progress, metrics } = parts;

  async function take(result: EstimateResult, attachment: Buffer | undefined): Promise<void> {
    const { id, replyTo, acceptedAt, outcome, workMs } = result;
    progress.leave(id);
    metrics.took('wait', Math.max(0, Date.now() - acceptedAt - workMs));
    const job: ReplyJob = { id, replyTo, answer: outcome };
    if (outcome.kind === 'scored' && outcome.picture.store === 'message' && attachment) {
      const { ref } = await inbox.put(`${id}${INBOX_SUFFIX}`, attachment);
      job.answer = { ...outcome, picture: ref };
    }
    await replies.add(replyJobId(id), job);
  }

  return consumeChecked(broker, AFTER_ESTIMATE, estimateResult, PREFETCH, (result, { attachment }) =>
    patiently(() => take(result, attachment), stopping),
  );
}

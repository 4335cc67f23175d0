import type { Broker, Consumer } from '@attrai/broker/broker';
import { consumeChecked } from '@attrai/broker/typed-queue';
import { patiently } from '@attrai/contracts/patiently';
import { AFTER_ESTIMATE } from '@attrai/contracts/queues';
import type { z } from 'zod';
import type { Answer } from '../answer.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { BotMetrics } from '../metrics.ts';
import type { Progress } from '../progress/progress.ts';
import type { Envelope } from '../requests/envelope.ts';
import { answerableResult } from '../requests/reply-to.ts';
import { isOver, type RequestBook } from '../requests/request-book.ts';
import { addReplyJob, type ReplyJob } from './reply-job.ts';
import { deletePhotosOf, inboxKey, type PhotoFolders } from './request-photos.ts';

export interface ResultParts extends PhotoFolders {
  book: RequestBook<Envelope>;
  replies: JobQueue<ReplyJob>;
  progress: Progress;
  metrics: BotMetrics;
  stopping: AbortSignal;
}

const PREFETCH = 16;

/** Turns messages of `after_estimate` into reply jobs. While Redis is away, messages in hand wait and don't count as failed. */
export class ResultTaker {
  #parts: ResultParts;

  constructor(parts: ResultParts) {
    this.#parts = parts;
  }

  start(broker: Broker): Promise<Consumer> {
    return consumeChecked(
      broker,
      { queue: AFTER_ESTIMATE, schema: answerableResult, prefetch: PREFETCH },
      (result, { attachment }) => this.#take(result, attachment),
    );
  }

  async #take(result: z.output<typeof answerableResult>, attachment: Buffer | undefined): Promise<void> {
    const { book, replies, progress, metrics, stopping } = this.#parts;
    const { id, replyTo, acceptedAt, outcome, workMs } = result;
    progress.leave(id, acceptedAt);
    metrics.took('wait', Math.max(0, Date.now() - acceptedAt - workMs));
    const state = await patiently(() => book.answerReady(id), stopping);
    // The result came twice, or too late. A request that Redis has lost is answered.
    if (isOver(state)) return patiently(() => deletePhotosOf(id, this.#parts), stopping);
    const answer = await this.#keep(id, outcome, attachment);
    await patiently(() => addReplyJob(replies, { id, replyTo, answer }), stopping);
  }

  /** The answer. A picture that came inside the message is now in the inbox. */
  async #keep(id: string, outcome: Answer, attachment: Buffer | undefined): Promise<Answer> {
    if (outcome.kind !== 'scored' || !attachment) return outcome;
    const { inbox, stopping } = this.#parts;
    const { ref } = await patiently(() => inbox.put(inboxKey(id), attachment), stopping);
    return { ...outcome, picture: ref };
  }
}

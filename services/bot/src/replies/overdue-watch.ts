import { Repeated } from '@attrai/contracts/repeated';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { RedisTroubles } from '../redis/redis-troubles.ts';
import { type Envelope, replyToOf } from '../requests/envelope.ts';
import type { RequestBook } from '../requests/request-book.ts';
import { addDeadlineJob, addReplyJob, type ReplyJob } from './reply-job.ts';

const EVERY_MS = 1_000;
/** One look in this many is also for answers whose sender died. */
const LOOKS_FOR_LEFT = 10;

export interface OverdueParts {
  book: RequestBook<Envelope>;
  replies: JobQueue<ReplyJob>;
  troubles: Pick<RedisTroubles, 'note'>;
}

/** Adds reply jobs for requests whose deadline has passed, and for those whose bot died while it sent the answer. */
export class OverdueWatch {
  #parts: OverdueParts;
  #looks = 0;
  #ticks: Repeated;

  constructor(parts: OverdueParts) {
    this.#parts = parts;
    this.#ticks = new Repeated(EVERY_MS, () => this.#look());
  }

  stop(): Promise<void> {
    return this.#ticks.stop();
  }

  async #look(): Promise<void> {
    this.#looks += 1;
    try {
      await this.#answerOverdue();
      if (this.#looks % LOOKS_FOR_LEFT === 0) await this.#answerLeft();
    } catch (error) {
      this.#parts.troubles.note('for photos that are overdue', error);
    }
  }

  async #answerOverdue(): Promise<void> {
    const { book, replies } = this.#parts;
    const overdue = await book.overdue();
    await Promise.all(
      overdue.map((request) => addDeadlineJob(replies, { id: request.id, replyTo: replyToOf(request) })),
    );
  }

  /** A job that is still there stays as it is. If the job was lost, its answer was too. */
  async #answerLeft(): Promise<void> {
    const { book, replies } = this.#parts;
    const left = await book.leftSending();
    const answer = { kind: 'failed' } as const;
    await Promise.all(
      left.map((request) => addReplyJob(replies, { id: request.id, replyTo: replyToOf(request), answer })),
    );
  }
}

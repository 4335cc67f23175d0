import { Repeated } from '@attrai/contracts/repeated';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { RedisTroubles } from '../redis/redis-troubles.ts';
import { type Envelope, replyToOf } from '../requests/envelope.ts';
import type { RequestBook } from '../requests/request-book.ts';
import { deadlineJobId, type ReplyJob, replyJobId } from './reply-job.ts';

const EVERY_MS = 1_000;
/** One look in so many is also for answers that were left half sent. */
const LEFT_EACH = 10;

export interface OverdueParts {
  book: RequestBook<Envelope>;
  replies: JobQueue<ReplyJob>;
  troubles: Pick<RedisTroubles, 'note'>;
}

/** Makes a reply job for what nothing else answers: requests whose deadline has passed, and those whose bot died while it sent. */
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
      await this.#tellOverdue();
      if (this.#looks % LEFT_EACH === 0) await this.#tellLeft();
    } catch (error) {
      this.#parts.troubles.note('for photos that are overdue', error);
    }
  }

  /** A job that is there already stays as it is. */
  async #tellOverdue(): Promise<void> {
    const { book, replies } = this.#parts;
    const overdue = await book.overdue();
    await Promise.all(
      overdue.map((request) => {
        const { id } = request;
        return replies.add(deadlineJobId(id), { id, replyTo: replyToOf(request), answer: { kind: 'expired' } });
      }),
    );
  }

  /** Their jobs come back by themselves and then stay as they are. What is lost with its job can only be told to have failed. */
  async #tellLeft(): Promise<void> {
    const { book, replies } = this.#parts;
    const left = await book.leftSending();
    await Promise.all(
      left.map((request) => {
        const { id } = request;
        return replies.add(replyJobId(id), { id, replyTo: replyToOf(request), answer: { kind: 'failed' } });
      }),
    );
  }
}

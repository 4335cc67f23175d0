import { codeOf } from '@attrai/contracts/errors';
import { patiently } from '@attrai/contracts/patiently';
import type { Logger } from '@attrai/telemetry/logger';
import type { PhotoSize } from '../chat/wants.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { Limits } from '../limits/limits.ts';
import type { RequestRate } from '../limits/request-rate.ts';
import type { BotMetrics } from '../metrics.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import type { Placeholders } from '../progress/placeholders.ts';
import type { RedisTroubles } from '../redis/redis-troubles.ts';
import { type Envelope, requestFor } from '../requests/envelope.ts';
import type { ReplyTo } from '../requests/reply-to.ts';
import type { RequestBook } from '../requests/request-book.ts';
import type { IntakeJob } from './intake-job.ts';
import type { PhotoRefusal } from './refusal.ts';

export interface GateParts {
  book: RequestBook<Envelope>;
  requestRate: Pick<RequestRate, 'take'>;
  intake: JobQueue<IntakeJob>;
  placeholders: Pick<Placeholders, 'watch'>;
  troubles: Pick<RedisTroubles, 'note'>;
  limits: Limits;
  logger: Logger;
  stopping: AbortSignal;
  metrics: BotMetrics;
}

/**
 * What became of a photo that was offered:
 * - accepted: it has a job
 * - in_work: it was accepted before and is not answered yet
 * - answered, cancelled: it was accepted before, and is over
 * - or why it is refused
 */
export type Acceptance = 'accepted' | 'in_work' | 'answered' | 'cancelled' | { refusal: PhotoRefusal };

/** How long to wait for Redis. A polling batch waits for its slowest update, and commands wait for the batch. */
const PATIENCE_MS = 2_000;

/** Decides which photos are accepted. A photo that is refused, or an update that comes twice, doesn't count against the user's limits. */
export class PhotoGate {
  #parts: GateParts;
  #oneAtATime = new OneAtATime();
  #away = false;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /**
   * Checks a photo, has the book accept it and adds its job.
   *
   * Throws RetryableError while Redis is away. The steps that were done stay, and the update must come again: then the work goes
   * on from there. (They can't be undone while Redis is away.)
   */
  async accept(id: string, photo: PhotoSize, replyTo: ReplyTo): Promise<Acceptance> {
    const { troubles, limits, stopping, logger } = this.#parts;
    const { bytes, side } = photo;
    if (bytes !== undefined && bytes > limits.maxPhotoBytes) return { refusal: { kind: 'too_large', bytes } };
    if (side !== undefined && side < limits.minPhotoSide) return { refusal: { kind: 'too_small', side } };
    try {
      // A second press of a button must not find the slot of a first one that is about to be refused.
      const acceptance = await this.#oneAtATime.run(id, () =>
        patiently(() => this.#reserve(id, photo, replyTo), stopping, PATIENCE_MS),
      );
      this.#away = false;
      return acceptance;
    } catch (error) {
      troubles.note('to accept a photo', error);
      // One line for an outage, not one for each photo and each try.
      if (!this.#away)
        logger.error({ requestId: id, code: codeOf(error), err: error }, 'Could not accept a photo; it waits');
      this.#away = true;
      throw error;
    }
  }

  async #reserve(id: string, photo: PhotoSize, replyTo: ReplyTo): Promise<Acceptance> {
    const { book, intake, placeholders, limits, metrics, logger } = this.#parts;
    const acceptedAt = Date.now();
    const deadline = acceptedAt + limits.deadlineSeconds * 1000;
    const acceptance = await book.accept(requestFor(id, replyTo, deadline), limits);
    if (acceptance.kind === 'full') return { refusal: { kind: 'too_many_active' } };
    const { fileId, bytes } = photo;
    const job: IntakeJob = { id, replyTo, fileId, bytes, acceptedAt, deadline };
    if (acceptance.kind === 'accepted') {
      const waitMs = await this.#waitMs(id, replyTo);
      if (waitMs !== undefined) return { refusal: { kind: 'too_often', waitSeconds: waitMs / 1000 } };
      job.isNew = true;
    } else if (acceptance.state !== 'accepted') {
      const { state } = acceptance;
      return state === 'answered' || state === 'cancelled' ? state : 'in_work';
    }
    // An accepted request may have no job: the bot died, or Redis went away, right after the acceptance.
    await intake.add(id, job);
    placeholders.watch(job);
    metrics.accepted();
    logger.info({ requestId: id }, 'Accepted');
    return 'accepted';
  }

  /** How long the user has to wait, having sent too many photos. Then the request is forgotten. */
  async #waitMs(id: string, { userId }: ReplyTo): Promise<number | undefined> {
    const { book, requestRate } = this.#parts;
    const waitMs = await requestRate.take(userId);
    if (waitMs !== undefined) await book.forget(id);
    return waitMs;
  }
}

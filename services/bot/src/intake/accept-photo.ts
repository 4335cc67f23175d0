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
 * - accepted: its job is there
 * - in_work: it was accepted before, and is on its way
 * - answered, cancelled: it was accepted before, and is over
 * - or why it is not taken on
 */
export type Acceptance = 'accepted' | 'in_work' | 'answered' | 'cancelled' | { refusal: PhotoRefusal };

/** A polling batch waits for its slowest update, and commands for the batch: Redis gets this long to come back. */
const PATIENCE_MS = 2_000;

/** Decides which photos are taken on. A photo that is refused costs nothing of its user's limits, nor does an update that comes twice. */
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
   * Throws RetryableError while Redis is away. What was done until then stays, whether its reply was lost or not: the
   * update shall come again, and then goes on from there. (Taking it back would have to succeed while Redis is away.)
   */
  async accept(id: string, photo: PhotoSize, replyTo: ReplyTo): Promise<Acceptance> {
    const { troubles, limits, stopping, logger } = this.#parts;
    const { bytes, side } = photo;
    if (bytes !== undefined && bytes > limits.maxPhotoBytes) return { refusal: { kind: 'too_large', bytes } };
    if (side !== undefined && side < limits.minPhotoSide) return { refusal: { kind: 'too_small', side } };
    try {
      // A second press of a button must not go on from a slot that the first is about to lose.
      const acceptance = await this.#oneAtATime.run(id, () =>
        patiently(() => this.#reserve(id, photo, replyTo), stopping, PATIENCE_MS),
      );
      this.#away = false;
      return acceptance;
    } catch (error) {
      troubles.note('to accept a photo', error);
      // Once an outage, not for every photo that waits and every time it comes.
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
    const job: IntakeJob = { id, replyTo, fileId, ...(bytes !== undefined && { bytes }), acceptedAt, deadline };
    if (acceptance.kind === 'accepted') {
      const waitMs = await this.#waitMs(id, replyTo);
      if (waitMs !== undefined) return { refusal: { kind: 'too_often', waitSeconds: waitMs / 1000 } };
      job.isNew = true;
    } else if (acceptance.state !== 'accepted') {
      const { state } = acceptance;
      return state === 'answered' || state === 'cancelled' ? state : 'in_work';
    }
    // One that was accepted before may have no job: the bot died, or Redis went away, right after its acceptance.
    await intake.add(id, job);
    placeholders.watch(job);
    metrics.accepted();
    logger.info({ requestId: id }, 'Accepted');
    return 'accepted';
  }

  /** How long a user has to wait who has sent too many photos. Takes the acceptance back then. */
  async #waitMs(id: string, { userId }: ReplyTo): Promise<number | undefined> {
    const { book, requestRate } = this.#parts;
    const waitMs = await requestRate.take(userId);
    if (waitMs !== undefined) await book.forget(id);
    return waitMs;
  }
}

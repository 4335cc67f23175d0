import { codeOf } from '@attrai/contracts/errors';
import { patiently } from '@attrai/contracts/patiently';
import type { ReplyTo } from '@attrai/contracts/reply-to';
import type { Logger } from '@attrai/telemetry/logger';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { ActiveRequests } from '../limits/active-requests.ts';
import type { Limits } from '../limits/limits.ts';
import type { RequestRate } from '../limits/request-rate.ts';
import type { BotMetrics } from '../metrics.ts';
import type { Progress } from '../progress/progress.ts';
import { createOneAtATime } from '../replies/one-at-a-time.ts';
import { TEXTS } from '../texts/languages.ts';
import type { Incoming } from './incoming.ts';
import type { IntakeJob } from './intake-job.ts';

export interface AcceptParts {
  activeRequests: ActiveRequests;
  requestRate: RequestRate;
  intake: JobQueue<IntakeJob>;
  progress: Pick<Progress, 'enter'>;
  limits: Limits;
  logger: Logger;
  stopping: AbortSignal;
  metrics: BotMetrics;
}

/**
 * What became of a photo that was offered:
 * - accepted: its job is there
 * - in_work: it was accepted before, and is on its way to the estimators
 * - answered: and has its answer
 * - or what to tell the user
 */
export type Acceptance = 'accepted' | 'in_work' | 'answered' | { refusal: string };

export type Photo = Extract<Incoming, { kind: 'photo' }>;

/** A polling batch waits for its slowest update, and commands for the batch: Redis gets this long to come back. */
const PATIENCE_MS = 2_000;

/**
 * Accepts a photo: checks it, takes a slot, adds the intake job. A photo that is refused costs nothing of its user's limits, nor
 * does an update that comes twice.
 *
 * Throws RetryableError while Redis is away. What was done until then stays, whether its reply was lost or not: the
 * update shall come again, and then goes on from there. (Taking it back would have to succeed while Redis is away.)
 */
export function createPhotoGate(parts: AcceptParts) {
  const { activeRequests, requestRate, intake, progress, limits, logger, stopping, metrics } = parts;
  const oneAtATime = createOneAtATime();
  let away = false;

  return async function accept(id: string, photo: Photo, replyTo: ReplyTo): Promise<Acceptance> {
    const texts = TEXTS[replyTo.language];
    const { bytes, side } = photo;
    if (bytes !== undefined && bytes > limits.maxPhotoBytes) return { refusal: texts.tooLarge(bytes, limits) };
    if (side !== undefined && side < limits.minPhotoSide) return { refusal: texts.tooSmall(side, limits) };
    try {
      // A second press of a button must not go on from a slot that the first is about to lose.
      const reserving = () => patiently(() => reserve(id, photo, replyTo), stopping, PATIENCE_MS);
      const acceptance = await oneAtATime(id, reserving);
      away = false;
      return acceptance;
    } catch (error) {
      // Once an outage, not for every photo that waits and every time it comes.
      if (!away) logger.error({ requestId: id, code: codeOf(error), err: error }, 'Could not accept a photo; it waits');
      away = true;
      throw error;
    }
  };

  async function reserve(id: string, photo: Photo, replyTo: ReplyTo): Promise<Acceptance> {
    const { userId, language } = replyTo;
    const acceptedAt = Date.now();
    const deadline = acceptedAt + limits.deadlineSeconds * 1000;
    const slot = await activeRequests.take(userId, id, deadline);
    if (slot === 'full') return { refusal: TEXTS[language].tooManyActive(limits) };
    if (slot === 'already') {
      const stage = await activeRequests.stage(id);
      if (stage !== 'accepted') return stage === 'answered' ? 'answered' : 'in_work';
      // Its job may be missing if the bot died, or Redis went away, right after the slot was taken.
    } else {
      const waitMs = await requestRate.take(userId);
      if (waitMs !== undefined) {
        await activeRequests.forget(userId, id);
        return { refusal: TEXTS[language].tooOften(waitMs / 1000, limits) };
      }
    }
    // Here, as jobs are worked on side by side and overtake each other.
    progress.enter(id, replyTo.chatId);
    // Where an answer stands already, it stays as it is until the new one takes its place.
    const placeholderDone = replyTo.answerId !== undefined;
    await intake.add(id, { id, replyTo, fileId: photo.fileId, acceptedAt, deadline, placeholderDone });
    metrics.accepted();
    logger.info({ requestId: id }, 'Accepted');
    return 'accepted';
  }
}

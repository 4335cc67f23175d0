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

export type Photo = Extract<Incoming, { kind: 'photo' }>;

/** A polling batch waits for its slowest update, and commands for the batch: Redis gets this long to come back. */
const PATIENCE_MS = 2_000;

/**
 * Accepts a photo: checks it, takes a slot, adds the intake job. Undefined if it was accepted (now or before), else
 * what to tell the user. A photo that is refused costs nothing of its user's limits, nor does an update that comes twice.
 *
 * Throws RetryableError while Redis is away. What was done until then stays, whether its reply was lost or not: the
 * update shall come again, and then goes on from there. (Taking it back would have to succeed while Redis is away.)
 */
export function createPhotoGate(parts: AcceptParts) {
  const { activeRequests, requestRate, intake, progress, limits, logger, stopping, metrics } = parts;
  let away = false;

  return async function accept(id: string, photo: Photo, replyTo: ReplyTo): Promise<string | undefined> {
    const texts = TEXTS[replyTo.language];
    if (photo.bytes !== undefined && photo.bytes > limits.maxPhotoBytes) return texts.tooLarge(photo.bytes, limits);
    if (photo.side !== undefined && photo.side < limits.minPhotoSide) return texts.tooSmall(photo.side, limits);
    try {
      const refusal = await patiently(() => reserve(id, photo, replyTo), stopping, PATIENCE_MS);
      away = false;
      return refusal;
    } catch (error) {
      // Once an outage, not for every photo that waits and every time it comes.
      if (!away) logger.error({ requestId: id, code: codeOf(error), err: error }, 'Could not accept a photo; it waits');
      away = true;
      throw error;
    }
  };

  async function reserve(id: string, photo: Photo, replyTo: ReplyTo): Promise<string | undefined> {
    const { userId, language } = replyTo;
    const acceptedAt = Date.now();
    const deadline = acceptedAt + limits.deadlineSeconds * 1000;
    const slot = await activeRequests.take(userId, id, deadline);
    if (slot === 'full') return TEXTS[language].tooManyActive(limits);
    // Its job may be missing if the bot died, or Redis went away, right after the slot was taken.
    if (slot === 'already' && (await activeRequests.stage(id)) !== 'accepted') return undefined;
    if (slot === 'taken') {
      const waitMs = await requestRate.take(userId);
      if (waitMs !== undefined) {
        await activeRequests.release(userId, id);
        return TEXTS[language].tooOften(waitMs / 1000, limits);
      }
    }
    // Here, as jobs are worked on side by side and overtake each other.
    progress.enter(id, replyTo.chatId);
    await intake.add(id, { id, replyTo, fileId: photo.fileId, acceptedAt, deadline, placeholderDone: false });
    metrics.accepted();
    logger.info({ requestId: id }, 'Accepted');
    return undefined;
  }
}

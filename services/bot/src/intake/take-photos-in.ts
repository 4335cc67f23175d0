import type { Broker } from '@attrai/broker/broker';
import { publishChecked } from '@attrai/broker/typed-queue';
import { codeOf, FinalError, RetryableError } from '@attrai/contracts/errors';
import { keysOf } from '@attrai/contracts/photo-ref';
import { TO_ESTIMATE } from '@attrai/contracts/queues';
import { type EstimateRequest, estimateRequest } from '@attrai/contracts/request';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import type { Logger } from '@attrai/telemetry/logger';
import type { Job, JobQueue, Worker } from '../jobs/job-queue.ts';
import type { ActiveRequests } from '../limits/active-requests.ts';
import type { Limits } from '../limits/limits.ts';
import type { BotMetrics } from '../metrics.ts';
import type { Progress } from '../progress/progress.ts';
import { type Answer, type ReplyJob, replyJobId } from '../replies/reply-job.ts';
import type { Pace } from '../telegram/pace.ts';
import type { TelegramApi } from '../telegram/telegram-api.ts';
import { HAS_DECIMAL_COMMA, TEXTS } from '../texts/languages.ts';
import type { IntakeJob } from './intake-job.ts';

export interface IntakeParts {
  api: TelegramApi;
  pace: Pace;
  progress: Progress;
  broker: Broker;
  photoStore: PhotoStore;
  activeRequests: ActiveRequests;
  replies: JobQueue<ReplyJob>;
  limits: Limits;
  logger: Logger;
  metrics: BotMetrics;
}

/** Each holds a photo in memory. */
const CONCURRENCY = 6;

/**
 * Takes accepted photos in: placeholder, deadline, download, store, publish. Every step may be repeated; the
 * placeholder is a step of its own, recorded before the next, as a second one would be seen.
 *
 * What is not asked for is not in the request, so that estimators of older versions can read it.
 */
export function createIntakeWorker(parts: IntakeParts): Worker<IntakeJob> {
  const { api, pace, progress, broker, photoStore, activeRequests, replies, limits } = parts;

  async function work(job: Job<IntakeJob>): Promise<void> {
    const { id } = job.data;
    // Published by an earlier try, or answered by its deadline.
    if ((await activeRequests.stage(id)) !== 'accepted') return;
    if (Date.now() >= job.data.deadline)
      throw new FinalError('expired', 'The deadline passed before the photo was in.');

    if (!job.data.placeholderDone) await sendPlaceholder(job);
    await activeRequests.oweAnswer(id, job.data.replyTo, job.data.deadline);
    await passOn(job);
    await activeRequests.setUnderway(id);
    const ms = Date.now() - job.data.acceptedAt;
    parts.metrics.took('intake', ms);
    parts.logger.info({ requestId: id, ms }, 'Published');
  }

  async function sendPlaceholder(job: Job<IntakeJob>): Promise<void> {
    const { id, replyTo } = job.data;
    const { chatId, messageId, language } = replyTo;
    await pace.turn(chatId);
    const place = await progress.tell(id, chatId);
    const placeholderId = await sentOnce(() =>
      api.sendText({ chatId, replyTo: messageId }, TEXTS[language].placeholder(place)),
    );
    const known = placeholderId === undefined ? {} : { placeholderId };
    await job.save({ ...job.data, replyTo: { ...replyTo, ...known }, placeholderDone: true });
    if (placeholderId !== undefined) progress.show(id, { chatId, messageId: placeholderId, language });
  }

  /** Undefined if nobody knows whether the message arrived: then the answer is a message of its own. */
  async function sentOnce(send: () => Promise<number>): Promise<number | undefined> {
    try {
      return await send();
    } catch (error) {
      if (error instanceof FinalError && error.code === 'delivery_unknown') return undefined;
      throw error;
    }
  }

  async function passOn(job: Job<IntakeJob>): Promise<void> {
    const { id, replyTo, acceptedAt, deadline, fileId } = job.data;
    if (!broker.connected) throw new RetryableError('broker_away', 'RabbitMQ is away: the download waits for it.');
    const bytes = await api.download(fileId, limits.maxPhotoBytes);
    const { ref, attachment } = await photoStore.put(keysOf(id).photo, bytes);
    // Its deadline may have answered during the download; whoever then finds the photo deletes it.
    if (Date.now() >= deadline && (await activeRequests.stage(id)) !== 'accepted') return photoStore.delete(ref);
    const request: EstimateRequest = {
      v: 1,
      id,
      photo: ref,
      replyTo,
      acceptedAt,
      deadline,
      // The only button there is says so.
      ...(replyTo.answerId !== undefined && { adultsConfirmed: true }),
      ...(HAS_DECIMAL_COMMA[replyTo.language] && { decimalComma: true }),
    };
    // The photo inside must not wait longer than its answer, were there no estimator for hours.
    await publishChecked(broker, TO_ESTIMATE, estimateRequest, request, { attachment, expiresAt: deadline });
  }

  async function gaveUp({ data }: Job<IntakeJob>, error: unknown): Promise<void> {
    const { id, replyTo } = data;
    const code = codeOf(error);
    parts.logger.warn({ requestId: id, code, err: error }, 'Gave up taking a photo in');
    await replies.add(replyJobId(id), { id, replyTo, answer: answerTo(code) });
  }

  function answerTo(code: string): Answer {
    if (code === 'expired' || code === 'file_gone') return { kind: code };
    if (code === 'file_too_large') return { kind: 'too_many_bytes' };
    return { kind: 'failed' };
  }

  return { work, gaveUp, concurrency: CONCURRENCY };
}

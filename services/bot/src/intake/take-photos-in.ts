import type { Broker } from '@attrai/broker/broker';
import { publishChecked } from '@attrai/broker/typed-queue';
import { codeOf, FinalError, RetryableError } from '@attrai/contracts/errors';
import { keysOf, type PhotoRef } from '@attrai/contracts/photo-ref';
import { TO_ESTIMATE } from '@attrai/contracts/queues';
import { type EstimateRequest, estimateRequest } from '@attrai/contracts/request';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import type { Logger } from '@attrai/telemetry/logger';
import type { Answer } from '../answer.ts';
import type { Chat } from '../chat/chat.ts';
import type { Job, JobQueue, Worker } from '../jobs/job-queue.ts';
import type { Limits } from '../limits/limits.ts';
import type { BotMetrics } from '../metrics.ts';
import type { Placeholders } from '../progress/placeholders.ts';
import { addDeadlineJob, addReplyJob, type ReplyJob } from '../replies/reply-job.ts';
import { type Envelope, replyToOf, requestFor } from '../requests/envelope.ts';
import { type ReplyTo, replyTo as readReplyTo, toEnvelope } from '../requests/reply-to.ts';
import { isOver, NO_LIMIT, type RequestBook, type RequestRecord } from '../requests/request-book.ts';
import { HAS_DECIMAL_COMMA } from '../texts/languages.ts';
import { ByteBudget } from './byte-budget.ts';
import { kindOfFile, NotAPhotoError } from './file-kind.ts';
import type { IntakeJob } from './intake-job.ts';

export interface IntakeParts {
  chat: Chat;
  placeholders: Pick<Placeholders, 'watch'>;
  broker: Broker;
  photoStore: PhotoStore;
  book: RequestBook<Envelope>;
  replies: JobQueue<ReplyJob>;
  limits: Limits;
  logger: Logger;
  metrics: BotMetrics;
}

/** For 100 photos a second: one takes some 0.3 s, most of it waiting for Telegram. */
const CONCURRENCY = 32;
/** Photos held in memory at once. One image file may have 20 MB. */
const HELD_BYTES = 40_000_000;

/** Takes accepted photos in: download, store, publish. */
export class IntakeWorker implements Worker<IntakeJob> {
  readonly concurrency = CONCURRENCY;
  #parts: IntakeParts;
  #held = new ByteBudget(HELD_BYTES);

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  async work({ data, again }: Job<IntakeJob>): Promise<void> {
    const job = readJob(data);
    const { id, acceptedAt, deadline } = job;
    const { book, photoStore, metrics, logger } = this.#parts;
    const replyTo = await this.#replyToOf(job, again);
    if (replyTo === undefined) return;
    if (Date.now() >= deadline) throw new FinalError('expired', 'The deadline passed before the photo was in.');
    const bytes = job.bytes ?? this.#parts.limits.maxPhotoBytes;
    const photo = await this.#held
      .use(bytes, () => this.#publish(job, replyTo))
      .catch((error) => {
        throw isInVain(error, deadline) ? new FinalError('expired', (error as Error).message) : error;
      });
    if (photo === undefined) return;
    // Without its photo the estimator has nothing to do.
    if (isOver(await book.published(id))) return photoStore.delete(photo);
    const ms = Date.now() - acceptedAt;
    metrics.took('intake', ms);
    logger.info({ requestId: id, ms }, 'Published');
  }

  async gaveUp({ data: stored }: Job<IntakeJob>, error: unknown): Promise<void> {
    const data = readJob(stored);
    const { book, replies, logger } = this.#parts;
    const { id } = data;
    const code = codeOf(error);
    logger.warn({ requestId: id, code, err: error }, 'Gave up taking a photo in');
    const request = await book.find(id);
    const replyTo = request ? replyToOf(request) : data.replyTo;
    if (code === 'expired') return addDeadlineJob(replies, { id, replyTo });
    if (!isOver(await book.answerReady(id))) await addReplyJob(replies, { id, replyTo, answer: answerTo(error) });
  }

  /** Undefined if there is nothing to do: the request is over, or an earlier try has published it. */
  async #replyToOf(job: IntakeJob, again: boolean): Promise<ReplyTo | undefined> {
    if (!again && job.isNew) return job.replyTo;
    const { book, placeholders } = this.#parts;
    const request = (await book.find(job.id)) ?? (await this.#adopt(job));
    if (request?.state !== 'accepted') return undefined;
    // The bot that accepted it may have died.
    placeholders.watch(job);
    return replyToOf(request);
  }

  /** Puts a request of version 0.1, of which only its job is left, into the book. */
  async #adopt({ id, replyTo, deadline, placeholderDone }: IntakeJob): Promise<RequestRecord<Envelope> | undefined> {
    if (placeholderDone === undefined) return undefined;
    const { book } = this.#parts;
    await book.accept(requestFor(id, replyTo, deadline), NO_LIMIT);
    if (placeholderDone && replyTo.answerId === undefined) await book.placeholderSent(id, replyTo.placeholderId);
    return book.find(id);
  }

  /** Undefined if the request was over before the photo was stored. Then it is not published. */
  async #publish(job: IntakeJob, replyTo: ReplyTo): Promise<PhotoRef | undefined> {
    const { id, acceptedAt, deadline, fileId } = job;
    const { broker, chat, photoStore, book, limits } = this.#parts;
    if (!broker.connected) throw new RetryableError('broker_away', 'RabbitMQ is away: the download waits for it.');
    const bytes = await chat.download(fileId, limits.maxPhotoBytes);
    const what = kindOfFile(bytes);
    if (what !== undefined) throw new NotAPhotoError(what);
    const { ref, attachment } = await photoStore.put(keysOf(id).photo, bytes);
    // Its deadline may have been told during the download.
    if (Date.now() >= deadline) {
      const [state] = await book.states([id]);
      if (state !== 'accepted') {
        await photoStore.delete(ref);
        return undefined;
      }
    }
    const request: EstimateRequest = {
      v: 1,
      id,
      photo: ref,
      replyTo: toEnvelope(replyTo),
      acceptedAt,
      deadline,
      // Older estimators can't read fields that they don't know. The only button of an answer says that all are adults.
      ...(replyTo.answerId !== undefined && { adultsConfirmed: true }),
      ...(HAS_DECIMAL_COMMA[replyTo.language] && { decimalComma: true }),
    };
    // The message may hold the photo: RabbitMQ drops it at the deadline.
    const message = { schema: estimateRequest, value: request, attachment, expiresAt: deadline };
    await publishChecked(broker, { queue: TO_ESTIMATE, ...message });
    return ref;
  }
}

/** Jobs of version 0.1 have numbers for ids. */
function readJob(job: IntakeJob): IntakeJob {
  return { ...job, replyTo: readReplyTo.parse(job.replyTo) };
}

/** Whether Telegram asks for a wait beyond the deadline. */
function isInVain(error: unknown, deadline: number): boolean {
  const waitMs = error instanceof RetryableError ? error.retryAfterMs : undefined;
  return waitMs !== undefined && Date.now() + waitMs >= deadline;
}

function answerTo(error: unknown): Answer {
  if (error instanceof NotAPhotoError) return { kind: 'not_a_photo', what: error.what };
  const code = codeOf(error);
  if (code === 'file_gone' || code === 'files_out_of_reach') return { kind: code };
  if (code === 'file_too_large') return { kind: 'too_many_bytes' };
  return { kind: 'failed' };
}

import type { Broker } from '@attrai/broker/broker';
import { publishChecked } from '@attrai/broker/typed-queue';
import { codeOf, FinalError, RetryableError } from '@attrai/contracts/errors';
import { keysOf, type PhotoRef } from '@attrai/contracts/photo-ref';
import { TO_ESTIMATE } from '@attrai/contracts/queues';
import { type EstimateRequest, estimateRequest } from '@attrai/contracts/request';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import type { Logger } from '@attrai/telemetry/logger';
import type { Chat } from '../chat/chat.ts';
import type { Pace } from '../chat/pace.ts';
import type { SmallTalk } from '../chat/small-talk.ts';
import type { Job, JobQueue, Worker } from '../jobs/job-queue.ts';
import type { Limits } from '../limits/limits.ts';
import type { BotMetrics } from '../metrics.ts';
import type { Progress } from '../progress/progress.ts';
import { type Answer, deadlineJobId, type ReplyJob, replyJobId } from '../replies/reply-job.ts';
import { type Envelope, replyToOf, requestFor } from '../requests/envelope.ts';
import { addressOf, type ReplyTo, replyTo as readReplyTo, toEnvelope } from '../requests/reply-to.ts';
import { isOver, type RequestBook, type RequestRecord, type State } from '../requests/request-book.ts';
import { HAS_DECIMAL_COMMA, TEXTS } from '../texts/languages.ts';
import { kindOfFile, NotAPhotoError } from './file-kind.ts';
import type { IntakeJob } from './intake-job.ts';

export interface IntakeParts {
  chat: Chat;
  pace: Pace;
  progress: Progress;
  broker: Broker;
  photoStore: PhotoStore;
  book: RequestBook<Envelope>;
  replies: JobQueue<ReplyJob>;
  smallTalk: SmallTalk;
  limits: Limits;
  logger: Logger;
  metrics: BotMetrics;
}

/** Each holds a photo in memory. */
const CONCURRENCY = 6;
const NO_LIMIT = { maxActivePerUser: Number.MAX_SAFE_INTEGER };

/** How far a request is when its job starts. */
interface Start {
  replyTo: ReplyTo;
  needsPlaceholder: boolean;
  place: number;
}

/** Takes accepted photos in: placeholder, download, store, publish. A second placeholder would be seen: the book knows of the first. */
export class IntakeWorker implements Worker<IntakeJob> {
  readonly concurrency = CONCURRENCY;
  #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  async work({ data, again }: Job<IntakeJob>): Promise<void> {
    const job = readJob(data);
    const { id, acceptedAt, deadline } = job;
    const { book, photoStore, metrics, logger } = this.#parts;
    const start = await this.#startOf(job, again);
    if (start === undefined) return;
    if (Date.now() >= deadline) throw new FinalError('expired', 'The deadline passed before the photo was in.');

    let { replyTo } = start;
    if (start.needsPlaceholder) {
      const placeholderId = await this.#sendPlaceholder(job, start.place);
      if (placeholderId !== undefined) replyTo = { ...replyTo, placeholderId };
      const state = await book.placeholderSent(id, placeholderId);
      if (isOver(state)) return this.#endPlaceholder(id, replyTo, state);
    }
    const photo = await this.#publish(job, replyTo);
    if (photo === undefined) return;
    // The estimator then finds nothing to do.
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
    if (code === 'expired') return replies.add(deadlineJobId(id), { id, replyTo, answer: { kind: 'expired' } });
    if (isOver(await book.answerReady(id))) return;
    await replies.add(replyJobId(id), { id, replyTo, answer: answerTo(error) });
  }

  /** Undefined if there is nothing to do: it was published by an earlier try, or is over. */
  async #startOf(job: IntakeJob, again: boolean): Promise<Start | undefined> {
    const { id, replyTo, place } = job;
    // Where an answer stands already, it stays as it is until the new one takes its place.
    const canHavePlaceholder = replyTo.answerId === undefined;
    if (!again && place !== undefined) return { replyTo, needsPlaceholder: canHavePlaceholder, place };
    const request = (await this.#parts.book.find(id)) ?? (await this.#adopt(job));
    if (request?.state !== 'accepted') return undefined;
    const needsPlaceholder = canHavePlaceholder && request.placeholder === undefined;
    const [placeNow = 1] = needsPlaceholder ? await this.#parts.book.places([id]) : [];
    return { replyTo: replyToOf(request), needsPlaceholder, place: placeNow };
  }

  /** Puts a request of version 0.1, of which only its job is left, into the book. */
  async #adopt({ id, replyTo, deadline, placeholderDone }: IntakeJob): Promise<RequestRecord<Envelope> | undefined> {
    if (placeholderDone === undefined) return undefined;
    const { book } = this.#parts;
    await book.accept(requestFor(id, replyTo, deadline), NO_LIMIT);
    if (placeholderDone && replyTo.answerId === undefined) await book.placeholderSent(id, replyTo.placeholderId);
    return book.find(id);
  }

  /** Undefined if nobody knows whether the message arrived: then the answer is a message of its own. */
  async #sendPlaceholder({ id, replyTo, acceptedAt }: IntakeJob, place: number): Promise<string | undefined> {
    const { chat, pace, progress } = this.#parts;
    const { chatId, language } = replyTo;
    await pace.turn(chatId);
    const told = await progress.tell({ id, chatId, acceptedAt, place });
    try {
      const sentId = await chat.send({ ...addressOf(replyTo), silent: true }, TEXTS[language].placeholder(told));
      progress.show(id, { messageId: sentId, language });
      return sentId;
    } catch (error) {
      if (error instanceof FinalError && error.code === 'delivery_unknown') return undefined;
      throw error;
    }
  }

  /** Its request was over before the placeholder was there: it must not say for ever that it waits. */
  async #endPlaceholder(id: string, { chatId, placeholderId, language }: ReplyTo, state: State): Promise<void> {
    const { progress, smallTalk } = this.#parts;
    await progress.settle(id);
    if (placeholderId === undefined) return;
    if (state === 'cancelled') smallTalk.change(chatId, placeholderId, TEXTS[language].photoCancelled);
    else smallTalk.remove(chatId, placeholderId);
  }

  /** Undefined if the request was over when the photo was there: then it is not published. */
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
      // What is not asked for is left out, so that older estimators can read it. The only button there is says so.
      ...(replyTo.answerId !== undefined && { adultsConfirmed: true }),
      ...(HAS_DECIMAL_COMMA[replyTo.language] && { decimalComma: true }),
    };
    // The photo inside must not wait longer than its answer, were there no estimator for hours.
    await publishChecked(broker, TO_ESTIMATE, estimateRequest, request, { attachment, expiresAt: deadline });
    return ref;
  }
}

/** Jobs of version 0.1 have numbers for ids. */
function readJob(job: IntakeJob): IntakeJob {
  return { ...job, replyTo: readReplyTo.parse(job.replyTo) };
}

function answerTo(error: unknown): Answer {
  if (error instanceof NotAPhotoError) return { kind: 'not_a_photo', what: error.what };
  const code = codeOf(error);
  if (code === 'file_gone') return { kind: 'file_gone' };
  if (code === 'file_too_large') return { kind: 'too_many_bytes' };
  return { kind: 'failed' };
}

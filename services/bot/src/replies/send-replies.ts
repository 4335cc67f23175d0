import { randomUUID } from 'node:crypto';
import { codeOf, FinalError, gradeOf, RetryableError } from '@attrai/contracts/errors';
import { patiently } from '@attrai/contracts/patiently';
import type { Logger } from '@attrai/telemetry/logger';
import type { Button, Chat } from '../chat/chat.ts';
import type { Pace } from '../chat/pace.ts';
import type { Job, Worker } from '../jobs/job-queue.ts';
import type { Limits } from '../limits/limits.ts';
import type { Answered, BotMetrics } from '../metrics.ts';
import type { Progress } from '../progress/progress.ts';
import type { Envelope } from '../requests/envelope.ts';
import { addressOf, replyTo } from '../requests/reply-to.ts';
import type { RequestBook, SendPermission } from '../requests/request-book.ts';
import { TEXTS } from '../texts/languages.ts';
import { adultsButton, type UnsureFaces } from './adults-button.ts';
import type { AlbumRanking } from './album-ranking.ts';
import { answerText, deadlineJobId, type ReplyJob } from './reply-job.ts';
import { deletePhotosOf, folderOf, type PhotoFolders } from './request-photos.ts';

export interface ReplyParts extends PhotoFolders {
  chat: Chat;
  pace: Pace;
  progress: Progress;
  book: RequestBook<Envelope>;
  ranking: Pick<AlbumRanking, 'ended'>;
  unsureFaces: UnsureFaces;
  limits: Limits;
  logger: Logger;
  metrics: BotMetrics;
  stopping: AbortSignal;
}

const CONCURRENCY = 8;
/** Until another try, which is at the same answer, has gone on. */
const BUSY_PAUSE_MS = 5_000;

/** One try to send the answer of a job. */
interface Try {
  job: ReplyJob;
  attempt: string;
  /** The answer only says that the deadline has passed. */
  expired: boolean;
}

/**
 * Sends answers. The book says who may send, so that one picture at the most goes out; every job cleans up.
 *
 * Edits may be repeated, so a try that broke off is made again. A new message is sent only where there is no placeholder
 * or earlier answer to edit. If nobody can know whether it arrived, no other is sent, and its user is told so.
 */
export class ReplySender implements Worker<ReplyJob> {
  readonly concurrency = CONCURRENCY;
  #parts: ReplyParts;

  constructor(parts: ReplyParts) {
    this.#parts = parts;
  }

  async work({ id: jobId, data: stored }: Job<ReplyJob>): Promise<void> {
    const { pace, metrics } = this.#parts;
    const data = await this.#read(stored);
    const one: Try = { job: data, attempt: randomUUID(), expired: jobId === deadlineJobId(data.id) };
    const started = performance.now();
    await pace.turn(data.replyTo.chatId);
    const permission = await this.#mayStart(one);
    if (permission === 'not_due') return;
    if (permission === 'busy') throw busy();
    if (permission === 'send' || permission === 'unknown') {
      await this.#parts.progress.settle(data.id);
      await this.#end(data, await this.#deliver(one, permission));
      metrics.took('reply', performance.now() - started);
    }
    // What is left after that is cleaned up by the next try, if this one breaks off here.
    await deletePhotosOf(data.id, this.#parts);
  }

  async gaveUp({ data }: Job<ReplyJob>, error: unknown): Promise<void> {
    this.#parts.logger.error({ requestId: data.id, code: codeOf(error), err: error }, 'Gave up answering');
    await this.#parts.progress.settle(data.id);
    await this.#end(data, 'undeliverable');
    await deletePhotosOf(data.id, this.#parts);
  }

  /**
   * Jobs of version 0.1 have numbers for ids. An estimator of 0.1 may have been told another language than the user's,
   * which the book knows.
   */
  async #read(stored: ReplyJob): Promise<ReplyJob> {
    const { book, stopping } = this.#parts;
    const request = await patiently(() => book.find(stored.id), stopping);
    const language = request?.envelope.language ?? stored.replyTo.language;
    return { ...stored, replyTo: replyTo.parse({ ...stored.replyTo, language }) };
  }

  #mayStart({ job, attempt, expired }: Try): Promise<SendPermission> {
    const { answer, replyTo } = job;
    const canEdit = replyTo.placeholderId !== undefined || (answer.kind === 'scored' && replyTo.answerId !== undefined);
    const { book, stopping } = this.#parts;
    return patiently(() => book.sending(job.id, { attempt, repeatable: canEdit, expired }), stopping);
  }

  /** Before a new message. Throws if another try has gone on with the answer meanwhile. */
  async #maySendNew({ job, attempt, expired }: Try): Promise<void> {
    const { book, stopping } = this.#parts;
    const permission = await patiently(() => book.sending(job.id, { attempt, repeatable: false, expired }), stopping);
    if (permission !== 'send') throw busy();
  }

  async #end({ id, replyTo, answer }: ReplyJob, answered: Answered): Promise<void> {
    const { book, metrics, ranking, stopping } = this.#parts;
    await ranking.ended(replyTo, answer);
    if (await patiently(() => book.answered(id), stopping)) metrics.answered(answered);
  }

  /** Resolves when nothing more is to be sent; throws what another try may mend. */
  async #deliver(one: Try, permission: 'send' | 'unknown'): Promise<Answered> {
    const { id, answer } = one.job;
    const log = this.#parts.logger.child({ requestId: id });
    try {
      if (permission === 'unknown') return await this.#tellDoubt(one);
      await this.#sendAnswer(one);
      log.info({ outcome: answer.kind }, 'Answered');
      return answer.kind;
    } catch (error) {
      // Nothing went out that may not be repeated.
      if (gradeOf(error) !== 'final') {
        await this.#goBack(one);
        throw error;
      }
      if (codeOf(error) !== 'delivery_unknown') return undeliverable(error);
    }
    try {
      // This try stays `sending` if that fails: the next one must not send the answer again.
      return await this.#tellDoubt(one);
    } catch (error) {
      if (gradeOf(error) !== 'final') throw error;
      return undeliverable(error);
    }

    function undeliverable(error: unknown): Answered {
      log.warn({ outcome: answer.kind, code: codeOf(error), err: error }, 'The answer could not be delivered');
      return 'undeliverable';
    }
  }

  async #goBack({ job, attempt }: Try): Promise<void> {
    const { book, stopping } = this.#parts;
    await patiently(() => book.notSent(job.id, attempt), stopping).catch((err) =>
      this.#parts.logger.warn({ requestId: job.id, err }, 'An answer waits a minute: it counts as being sent'),
    );
  }

  /** A new message, as nobody knows whether the answer arrived. */
  async #tellDoubt({ job }: Try): Promise<Answered> {
    const { id, replyTo } = job;
    this.#parts.logger.warn({ requestId: id }, 'Nobody knows whether an answer arrived: telling its user');
    try {
      await this.#parts.chat.send(addressOf(replyTo), TEXTS[replyTo.language].maybeAnswered);
    } catch (error) {
      // One more would not make it any clearer.
      if (codeOf(error) !== 'delivery_unknown') throw error;
    }
    return 'in_doubt';
  }

  async #sendAnswer(one: Try): Promise<void> {
    const { answer, replyTo } = one.job;
    const { unsureFaces, limits } = this.#parts;
    const text = answerText(answer, replyTo, limits);
    if (answer.kind !== 'scored') return this.#sendText(one, text);
    let picture: Buffer;
    try {
      picture = await folderOf(answer.picture, this.#parts).get({ ref: answer.picture });
    } catch (error) {
      if (gradeOf(error) !== 'final') throw error;
      return this.#sendText(one, answerText({ kind: 'photo_missing' }, replyTo, limits));
    }
    const button = adultsButton(answer, replyTo, unsureFaces);
    try {
      await this.#sendPicture(one, picture, text, button);
    } catch (error) {
      // The network won't have this picture. The scores are worth telling without it.
      if (!(error instanceof FinalError) || error.code !== 'telegram_refused') throw error;
      await this.#sendText(one, text, button);
    }
  }

  async #sendPicture(one: Try, picture: Buffer, caption: string, button?: Button): Promise<void> {
    const { chat } = this.#parts;
    const { chatId, placeholderId, answerId } = one.job.replyTo;
    const inPlaceOf = answerId ?? placeholderId;
    if (inPlaceOf !== undefined) {
      if ((await chat.editIntoPicture(chatId, inPlaceOf, picture, caption, button)) === 'edited') return;
    }
    await this.#maySendNew(one);
    await chat.sendPicture(addressOf(one.job.replyTo), picture, caption, button);
  }

  /** An earlier answer stays: words about a second look don't take the place of its picture. */
  async #sendText(one: Try, text: string, button?: Button): Promise<void> {
    const { chat } = this.#parts;
    const { chatId, placeholderId } = one.job.replyTo;
    if (placeholderId !== undefined) {
      if ((await chat.edit(chatId, placeholderId, text, button)) === 'edited') return;
    }
    await this.#maySendNew(one);
    await chat.send(addressOf(one.job.replyTo), text, button);
  }
}

function busy(): RetryableError {
  return new RetryableError('being_answered', 'Another try sends this answer.', { retryAfterMs: BUSY_PAUSE_MS });
}

import { randomUUID } from 'node:crypto';
import { codeOf, FinalError, gradeOf, RetryableError } from '@attrai/contracts/errors';
import { patiently } from '@attrai/contracts/patiently';
import { Repeated } from '@attrai/contracts/repeated';
import type { Logger } from '@attrai/telemetry/logger';
import type { Button, Chat } from '../chat/chat.ts';
import type { Pace } from '../chat/pace.ts';
import type { SmallTalk } from '../chat/small-talk.ts';
import type { Job, Worker } from '../jobs/job-queue.ts';
import type { Limits } from '../limits/limits.ts';
import type { Answered, BotMetrics } from '../metrics.ts';
import type { Progress } from '../progress/progress.ts';
import type { Envelope } from '../requests/envelope.ts';
import { addressOf, replyTo as readReplyTo } from '../requests/reply-to.ts';
import type { RequestBook, RequestRecord, SendPermission } from '../requests/request-book.ts';
import { TEXTS } from '../texts/languages.ts';
import { adultsButton, type UnsureFaces } from './adults-button.ts';
import type { AlbumRanking } from './album-ranking.ts';
import { answerText, deadlineJobId, type ReplyJob } from './reply-job.ts';
import { deletePhotosOf, folderOf, type PhotoFolders } from './request-photos.ts';

export interface ReplyParts extends PhotoFolders {
  chat: Chat;
  pace: Pace;
  smallTalk: Pick<SmallTalk, 'remove'>;
  progress: Progress;
  book: RequestBook<Envelope>;
  ranking: Pick<AlbumRanking, 'ended'>;
  unsureFaces: UnsureFaces;
  limits: Limits;
  logger: Logger;
  metrics: BotMetrics;
  stopping: AbortSignal;
}

/** For 60 to 150 answers a second: Telegram takes a picture in 0.2 to 0.5 s. Each holds a picture of some 0.3 MB in memory. */
const CONCURRENCY = 32;
/** The pause while another try sends the same answer. */
const BUSY_PAUSE_MS = 5_000;
const BUSY = 'being_answered';
/** How often a try tells the book that it is alive. Below the book's `sendingMs`, so that one failed call does no harm. */
const ALIVE_MS = 5_000;
/** How long a try that has begun waits for Redis. */
const PATIENCE_MS = 2_000;
/** If the network wants the chat left alone for longer than this after the deadline, the answer is given up. */
const LATEST_MS = 5 * 60_000;

/** One try to send the answer of a job. */
interface Try {
  job: ReplyJob;
  attempt: string;
  /** The answer only says that the deadline has passed. */
  expired: boolean;
}

/**
 * Sends answers. The book says who may send, so that at most one picture is sent. Every job cleans up.
 *
 * An answer is a new message, of which the phone tells its user. If it is unknown whether it arrived, it is not sent again, and the
 * user is told so. Only the picture of a second look replaces an earlier one: that is an edit, which may be repeated.
 */
export class ReplySender implements Worker<ReplyJob> {
  readonly concurrency = CONCURRENCY;
  #parts: ReplyParts;

  constructor(parts: ReplyParts) {
    this.#parts = parts;
  }

  async work(job: Job<ReplyJob>): Promise<void> {
    try {
      await this.#work(job);
    } catch (error) {
      if (await this.#isTooLong(job.data.id, error)) throw new FinalError('wait_too_long', (error as Error).message);
      throw error;
    }
  }

  async #work({ id: jobId, data: stored }: Job<ReplyJob>): Promise<void> {
    const { pace, metrics } = this.#parts;
    const job = readJob(stored);
    const one: Try = { job, attempt: randomUUID(), expired: jobId === deadlineJobId(job.id) };
    const started = performance.now();
    await pace.turn(job.replyTo.chatId, jobId);
    const permission = await this.#maySend(one, replaces(job));
    if (permission === 'not_due') return;
    if (permission === 'busy') throw busy();
    if (permission === 'send' || permission === 'unknown') {
      // After the permission: from then on the sender of a placeholder deletes it. Soon: this try counts as dead after 20 s.
      const request = await this.#find(job.id, PATIENCE_MS).catch((error) => this.#goBack(one, error));
      // An estimator of version 0.1 doesn't give back the topic, and perhaps another language.
      const known = readJob({ ...job, replyTo: { ...job.replyTo, ...request?.envelope } });
      const answered = await this.#deliver({ ...one, job: known }, permission);
      await this.#end(known, request, answered);
      metrics.took('reply', performance.now() - started);
    }
    // If this try ends here, the next one cleans up.
    await deletePhotosOf(job.id, this.#parts);
  }

  async gaveUp({ data: stored }: Job<ReplyJob>, error: unknown): Promise<void> {
    const job = readJob(stored);
    const code = codeOf(error);
    const level = code === 'wait_too_long' ? 'warn' : 'error';
    this.#parts.logger[level]({ requestId: job.id, code, err: error }, 'Gave up answering');
    await this.#end(job, await this.#find(job.id), 'undeliverable');
    await deletePhotosOf(job.id, this.#parts);
  }

  /** Whether the wait that is asked for ends too long after the deadline. */
  async #isTooLong(id: string, error: unknown): Promise<boolean> {
    const waitMs = error instanceof RetryableError ? error.retryAfterMs : undefined;
    if (waitMs === undefined || codeOf(error) === BUSY) return false;
    const request = await this.#find(id);
    return request !== undefined && Date.now() + waitMs > request.deadline + LATEST_MS;
  }

  /** Undefined if the request is over, or if Redis has lost it. */
  #find(id: string, limitMs?: number): Promise<RequestRecord<Envelope> | undefined> {
    return patiently(() => this.#parts.book.find(id), this.#parts.stopping, limitMs);
  }

  #maySend({ job, attempt, expired }: Try, repeatable: boolean): Promise<SendPermission> {
    const { book, stopping } = this.#parts;
    return patiently(() => book.sending(job.id, { attempt, repeatable, expired }), stopping);
  }

  /** Asks before a new message that follows another call. Throws if another try has taken over. */
  async #maySendNew(one: Try): Promise<void> {
    if ((await this.#maySend(one, false)) !== 'send') throw busy();
  }

  async #end(
    { id, replyTo, answer }: ReplyJob,
    request: RequestRecord<Envelope> | undefined,
    how: Answered,
  ): Promise<void> {
    const { book, metrics, progress, ranking, smallTalk, stopping } = this.#parts;
    await ranking.ended(replyTo, answer);
    if (await patiently(() => book.answered(id), stopping)) metrics.answered(how);
    void progress.settle(id);
    const placeholderId = request?.placeholder?.id ?? replyTo.placeholderId;
    if (placeholderId !== undefined) smallTalk.remove(replyTo.chatId, placeholderId);
  }

  /** Resolves when nothing more is to be sent. Throws if another try may succeed. */
  async #deliver(one: Try, permission: 'send' | 'unknown'): Promise<Answered> {
    const { id, answer } = one.job;
    const log = this.#parts.logger.child({ requestId: id });
    try {
      if (permission === 'unknown') return await this.#tellDoubt(one);
      await this.#sendAnswer(one);
      log.info({ outcome: answer.kind }, 'Answered');
      return answer.kind;
    } catch (error) {
      // Nothing was sent that may not be repeated.
      if (gradeOf(error) !== 'final') return this.#goBack(one, error);
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

  /** Lets another try begin. Throws `error`. */
  async #goBack({ job, attempt }: Try, error: unknown): Promise<never> {
    const { book, stopping } = this.#parts;
    await patiently(() => book.notSent(job.id, attempt), stopping).catch((err) =>
      this.#parts.logger.warn({ requestId: job.id, err }, 'An answer waits 20 s: it counts as being sent'),
    );
    throw error;
  }

  /** Tells the user that the answer may not have arrived. */
  async #tellDoubt({ job, attempt }: Try): Promise<Answered> {
    const { id, replyTo } = job;
    this.#parts.logger.warn({ requestId: id }, 'Nobody knows whether an answer arrived: telling its user');
    try {
      await this.#call({ job, attempt }, (chat) =>
        chat.send(addressOf(replyTo), TEXTS[replyTo.language].maybeAnswered),
      );
    } catch (error) {
      if (codeOf(error) !== 'delivery_unknown') throw error;
      // This message may be sent twice. Otherwise it would never arrive in an outage.
      throw new RetryableError('doubt_not_told', (error as Error).message);
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
      if (replaces(one.job)) await this.#maySendNew(one);
      return this.#sendText(one, answerText({ kind: 'photo_missing' }, replyTo, limits));
    }
    const button = adultsButton(answer, replyTo, unsureFaces);
    try {
      await this.#sendPicture(one, picture, text, button);
    } catch (error) {
      // The network refuses this picture. The scores are sent without it.
      if (!(error instanceof FinalError) || error.code !== 'telegram_refused') throw error;
      await this.#maySendNew(one);
      await this.#sendText(one, text, button);
    }
  }

  async #sendPicture(one: Try, picture: Buffer, caption: string, button?: Button): Promise<void> {
    const { answerId } = one.job.replyTo;
    const to = addressOf(one.job.replyTo);
    if (answerId !== undefined) {
      const earlier = { ...to, messageId: answerId };
      const edit = (chat: Chat) => chat.editIntoPicture(earlier, picture, caption, button);
      if ((await this.#call(one, edit)) === 'edited') return;
      await this.#maySendNew(one);
    }
    await this.#call(one, (chat) => chat.sendPicture(to, picture, caption, button));
  }

  /** Always a new message: the text of a second look does not replace the earlier picture. */
  async #sendText(one: Try, text: string, button?: Button): Promise<void> {
    await this.#call(one, (chat) => chat.send(addressOf(one.job.replyTo), text, button));
  }

  /** Tells the book every 5 s that the try is alive: a call may take longer than `sendingMs`. */
  async #call<T>({ job, attempt }: Pick<Try, 'job' | 'attempt'>, call: (chat: Chat) => Promise<T>): Promise<T> {
    const { book, chat } = this.#parts;
    const isAlive = () => book.sending(job.id, { attempt, repeatable: true }).then(ignore, ignore);
    const saying = new Repeated(ALIVE_MS, isAlive);
    try {
      return await call(chat);
    } finally {
      await saying.stop();
    }
  }
}

function ignore(): void {}

/** Jobs of version 0.1 have numbers for ids. */
function readJob(job: ReplyJob): ReplyJob {
  return { ...job, replyTo: readReplyTo.parse(job.replyTo) };
}

/** Whether its picture replaces an earlier one. */
function replaces({ answer, replyTo }: ReplyJob): boolean {
  return answer.kind === 'scored' && replyTo.answerId !== undefined;
}

function busy(): RetryableError {
  return new RetryableError(BUSY, 'Another try sends this answer.', { retryAfterMs: BUSY_PAUSE_MS });
}

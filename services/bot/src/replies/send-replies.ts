import { codeOf, FinalError, gradeOf } from '@attrai/contracts/errors';
import { keysOf, type PhotoRef } from '@attrai/contracts/photo-ref';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import type { Logger } from '@attrai/telemetry/logger';
import type { Job, JobQueue, Worker } from '../jobs/job-queue.ts';
import type { ActiveRequests } from '../limits/active-requests.ts';
import type { Limits } from '../limits/limits.ts';
import type { Answered, BotMetrics } from '../metrics.ts';
import type { Progress } from '../progress/progress.ts';
import type { Pace } from '../telegram/pace.ts';
import type { Button, TelegramApi } from '../telegram/telegram-api.ts';
import { adultsButton, type UnsureFaces } from './adults-button.ts';
import { createOneAtATime } from './one-at-a-time.ts';
import { answerText, type ReplyJob } from './reply-job.ts';

export interface ReplyParts {
  api: TelegramApi;
  pace: Pace;
  progress: Progress;
  activeRequests: ActiveRequests;
  replies: JobQueue<ReplyJob>;
  /** Where the picture of a `volume` reference lies. */
  photoStore: PhotoStore;
  /** Where a picture waits that came inside its message. */
  inbox: PhotoStore;
  unsureFaces: UnsureFaces;
  limits: Limits;
  logger: Logger;
  metrics: BotMetrics;
}

const CONCURRENCY = 8;

/**
 * Sends answers. Only the first answer to a request is sent; all of them clean up.
 *
 * Edits may be repeated, so a try that broke off is simply made again. A new message is sent only where there is no
 * placeholder or earlier answer to edit, and never again once it went out.
 */
export function createReplyWorker(parts: ReplyParts): Worker<ReplyJob> {
  const { api, pace, progress, activeRequests, photoStore, inbox, unsureFaces, limits, metrics } = parts;
  const oneAtATime = createOneAtATime();
  /** Sent, but not yet known to be: Redis was away right after. */
  const sent = new Map<string, Answered>();

  async function work({ data }: Job<ReplyJob>): Promise<void> {
    const { id, replyTo } = data;
    const log = parts.logger.child({ requestId: id });
    if ((await activeRequests.stage(id)) !== 'answered') {
      await progress.settle(id);
      if (!sent.has(id)) {
        const started = performance.now();
        await pace.turn(replyTo.chatId);
        sent.set(id, await deliverOrLog(data, log));
        metrics.took('reply', performance.now() - started);
      }
    }
    const answered = sent.get(id) ?? data.answer.kind;
    if (await activeRequests.release(replyTo.userId, id)) metrics.answered(answered);
    sent.delete(id);
    // What is left after the release is cleaned up by the next try, if this one breaks off here.
    await deletePhotos(data);
  }

  /** A user who can't be reached any more is no reason to keep the photo. */
  async function deliverOrLog(data: ReplyJob, log: Logger): Promise<Answered> {
    try {
      await deliver(data);
      log.info({ outcome: data.answer.kind }, 'Answered');
      return data.answer.kind;
    } catch (error) {
      if (gradeOf(error) !== 'final') throw error;
      log.warn({ outcome: data.answer.kind, code: codeOf(error), err: error }, 'The answer could not be delivered');
      return 'undeliverable';
    }
  }

  async function deliver(data: ReplyJob): Promise<void> {
    const text = answerText(data.answer, data.replyTo, limits);
    const button = adultsButton(data.answer, data.replyTo, unsureFaces);
    if (data.answer.kind !== 'scored') return deliverText(data, text);
    let picture: Buffer;
    try {
      const ref = data.answer.picture;
      picture = await storeOf(ref).get({ ref });
    } catch (error) {
      if (gradeOf(error) !== 'final') throw error;
      return deliver({ ...data, answer: { kind: 'photo_missing' } });
    }
    try {
      await deliverPicture(data, picture, text, button);
    } catch (error) {
      // Telegram won't have this picture. The scores are worth telling without it.
      if (!(error instanceof FinalError) || error.code !== 'telegram_refused') throw error;
      await deliverText(data, text, button);
    }
  }

  async function deliverPicture(
    { replyTo }: ReplyJob,
    picture: Buffer,
    caption: string,
    button?: Button,
  ): Promise<void> {
    const { chatId, messageId, placeholderId, answerId } = replyTo;
    const inPlaceOf = answerId ?? placeholderId;
    if (inPlaceOf !== undefined) {
      if ((await api.editIntoPicture(chatId, inPlaceOf, picture, caption, button)) === 'edited') return;
    }
    await api.sendPicture({ chatId, replyTo: messageId }, picture, caption, button);
  }

  /** An earlier answer stays: words about a second look don't take the place of its picture. */
  async function deliverText({ replyTo }: ReplyJob, text: string, button?: Button): Promise<void> {
    const { chatId, messageId, placeholderId } = replyTo;
    if (placeholderId !== undefined) {
      if ((await api.editText(chatId, placeholderId, text, button)) === 'edited') return;
    }
    await api.sendText({ chatId, replyTo: messageId }, text, button);
  }

  async function gaveUp({ data }: Job<ReplyJob>, error: unknown): Promise<void> {
    parts.logger.error({ requestId: data.id, code: codeOf(error), err: error }, 'Gave up answering');
    await progress.settle(data.id);
    if (await activeRequests.release(data.replyTo.userId, data.id)) metrics.answered('undeliverable');
    await deletePhotos(data);
  }

  /** All that there may be of this request, whatever the answer: an estimator that died may have left a picture. */
  async function deletePhotos({ id, answer }: ReplyJob): Promise<void> {
    const keys = Object.values(keysOf(id)).map((key): PhotoRef => ({ store: 'volume', key }));
    // Only this job knows of a picture in the inbox: it comes again, if it came there before its job was made.
    if (answer.kind === 'scored' && isInInbox(answer.picture)) await inbox.delete(answer.picture);
    await photoStore.delete(...keys);
  }

  function storeOf(ref: PhotoRef): PhotoStore {
    return isInInbox(ref) ? inbox : photoStore;
  }

  return { work: (job) => oneAtATime(job.data.id, () => work(job)), gaveUp, concurrency: CONCURRENCY };
}

/** Keys of pictures that wait in the inbox end with this. */
export const INBOX_SUFFIX = '.inbox';

function isInInbox({ key }: PhotoRef): boolean {
  return key.endsWith(INBOX_SUFFIX);
}

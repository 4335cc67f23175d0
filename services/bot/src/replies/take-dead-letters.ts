import type { Broker, Consumer, Delivery } from '@attrai/broker/broker';
import { publishChecked } from '@attrai/broker/typed-queue';
import { encode, type Wire } from '@attrai/broker/wire-format';
import { patiently } from '@attrai/contracts/patiently';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { type EstimateRequest, estimateRequest } from '@attrai/contracts/request';
import type { Logger } from '@attrai/telemetry/logger';
import type { ZodError, z } from 'zod';
import type { JobQueue } from '../jobs/job-queue.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import type { Progress } from '../progress/progress.ts';
import type { Envelope } from '../requests/envelope.ts';
import {
  answerableRequest,
  answerableResult,
  type ReplyTo,
  toEnvelope,
  toPlainEnvelope,
} from '../requests/reply-to.ts';
import { isOver, type RequestBook } from '../requests/request-book.ts';
import { ParkedMessages } from './parked.ts';
import { addDeadlineJob, addReplyJob, type ReplyJob } from './reply-job.ts';
import { deletePhotosOf, type PhotoFolders } from './request-photos.ts';

export interface DeadLetterParts extends PhotoFolders {
  broker: Broker;
  book: RequestBook<Envelope>;
  replies: JobQueue<ReplyJob>;
  progress: Progress;
  logger: Logger;
  stopping: AbortSignal;
}

const PREFETCH = 4;

/** What a request and a result have in common. */
interface Dead {
  id: string;
  replyTo: ReplyTo;
  acceptedAt: number;
}

/**
 * Handles dead letters. A photo may have killed its estimator again and again, or no estimator took it before its deadline: then its
 * user is told, and the photo is deleted. A message that nobody can read has no user to tell. It is logged, and parked in the
 * inbox for the operator, at most 100 of them; see `pnpm dead-letters`.
 */
export class DeadLetterTaker {
  #parts: DeadLetterParts;
  #parked: ParkedMessages;
  #oneAtATime = new OneAtATime();

  constructor(parts: DeadLetterParts) {
    this.#parts = parts;
    this.#parked = new ParkedMessages(parts.inbox);
  }

  start(): Promise<Consumer> {
    return this.#parts.broker.consume(TO_ESTIMATE_DEAD, PREFETCH, (delivery) => this.#take(delivery));
  }

  async #take(delivery: Delivery): Promise<void> {
    const request = answerableRequest.safeParse(delivery.json);
    if (request.success) {
      const plain = delivery.refused && inPlainWords(request.data);
      if (plain) return this.#askPlainly(plain, delivery);
      return delivery.expired ? this.#tellExpired(request.data) : this.#tellFailed(request.data);
    }
    const result = answerableResult.safeParse(delivery.json);
    if (result.success) return this.#tellFailed(result.data);
    // Two at once might both take the last free place.
    const { error } = delivery.diedIn === AFTER_ESTIMATE ? result : request;
    return this.#oneAtATime.run('park', () => this.#park(delivery, problemOf(delivery, error)));
  }

  /** RabbitMQ's clock may be ahead of the book's. Then the job sends nothing, and the deadline is told when it passes. */
  async #tellExpired({ id, replyTo }: Dead): Promise<void> {
    const { replies, logger, stopping } = this.#parts;
    logger.info({ requestId: id }, 'No estimator took a photo before its deadline');
    await patiently(() => addDeadlineJob(replies, { id, replyTo }), stopping);
  }

  async #tellFailed({ id, replyTo, acceptedAt }: Dead): Promise<void> {
    const { book, replies, progress, logger, stopping } = this.#parts;
    progress.leave(id, acceptedAt);
    const state = await patiently(() => book.answerReady(id), stopping);
    if (isOver(state)) return patiently(() => deletePhotosOf(id, this.#parts), stopping);
    logger.error({ requestId: id }, 'A photo could not be finished: telling its user');
    await patiently(() => addReplyJob(replies, { id, replyTo, answer: { kind: 'failed' } }), stopping);
  }

  /** An older estimator could not read the request. A picture with decimal points is better than no answer. */
  async #askPlainly(request: EstimateRequest, { attachment }: Delivery): Promise<void> {
    const { broker, logger, stopping } = this.#parts;
    logger.info({ requestId: request.id }, 'An older estimator could not read a request; asking in the words of 0.1');
    const message = { schema: estimateRequest, value: request, attachment, expiresAt: request.deadline };
    await patiently(() => publishChecked(broker, { queue: TO_ESTIMATE, ...message }), stopping);
  }

  async #park(delivery: Delivery, why: string): Promise<void> {
    const { contentType, body } = wireOf(delivery);
    const message = { diedIn: delivery.diedIn, why, contentType, body };
    const { key, kept } = await patiently(() => this.#parked.park(message), this.#parts.stopping);
    const advice = kept ? 'see `pnpm dead-letters`' : 'too many are parked: it is dropped';
    const about = { key, kept, problem: why, queue: delivery.diedIn };
    this.#parts.logger.error(about, `A message that nobody can read: ${advice}`);
  }
}

/** As version 0.1 can read it. Undefined if it was so already, or if its meaning would change. */
function inPlainWords(request: z.output<typeof answerableRequest>): EstimateRequest | undefined {
  const { decimalComma, adultsConfirmed, replyTo, ...plain } = request;
  if (adultsConfirmed) return undefined;
  const said = { ...plain, replyTo: toPlainEnvelope(replyTo) };
  const isNew = decimalComma !== undefined || JSON.stringify(said.replyTo) !== JSON.stringify(toEnvelope(replyTo));
  return isNew ? said : undefined;
}

/** Which fields are wrong, without their values. */
function problemOf({ json }: Delivery, error: ZodError): string {
  if (json === undefined) return 'not a message: no JSON';
  return `wrong: ${error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ')}`;
}

function wireOf({ json, attachment }: Delivery): Wire {
  if (json === undefined) return { contentType: 'application/octet-stream', body: attachment ?? Buffer.alloc(0) };
  return encode({ json, ...(attachment && { attachment }) });
}

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
import { createParkedMessages } from './parked.ts';
import { deadlineJobId, type ReplyJob, replyJobId } from './reply-job.ts';
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

/** What is told of a message that died. */
interface Dead {
  id: string;
  replyTo: ReplyTo;
  acceptedAt: number;
}

/**
 * Ends what nobody could finish. The user of a photo that killed its estimator again and again, or that no estimator took
 * before its deadline, is told so, and the photo deleted. A message nobody can read belongs to nobody we could tell: it is
 * logged and parked as a file of the inbox for the operator, at most 100 of them; see `pnpm dead-letters`.
 */
export class DeadLetterTaker {
  #parts: DeadLetterParts;
  #parked: ReturnType<typeof createParkedMessages>;
  #oneAtATime = new OneAtATime();

  constructor(parts: DeadLetterParts) {
    this.#parts = parts;
    this.#parked = createParkedMessages(parts.inbox);
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
    // Two at once would both take the last free place.
    const { error } = delivery.diedIn === AFTER_ESTIMATE ? result : request;
    return this.#oneAtATime.run('park', () => this.#park(delivery, problemOf(delivery, error)));
  }

  /** By RabbitMQ's clock. Where the book's is behind, the job says nothing, and the deadline is told when it passes. */
  async #tellExpired({ id, replyTo }: Dead): Promise<void> {
    this.#parts.logger.info({ requestId: id }, 'No estimator took a photo before its deadline');
    await this.#addReply(deadlineJobId(id), { id, replyTo, answer: { kind: 'expired' } });
  }

  async #tellFailed({ id, replyTo, acceptedAt }: Dead): Promise<void> {
    const { book, progress, logger, stopping } = this.#parts;
    progress.leave(id, acceptedAt);
    const state = await patiently(() => book.answerReady(id), stopping);
    if (isOver(state)) return patiently(() => deletePhotosOf(id, this.#parts), stopping);
    logger.error({ requestId: id }, 'A photo could not be finished: telling its user');
    await this.#addReply(replyJobId(id), { id, replyTo, answer: { kind: 'failed' } });
  }

  #addReply(jobId: string, job: ReplyJob): Promise<void> {
    return patiently(() => this.#parts.replies.add(jobId, job), this.#parts.stopping);
  }

  /** An older estimator could not read it: a picture with a point in its numbers is better than no answer. */
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

/** Undefined if it was in such words already, or if they would change its meaning. */
function inPlainWords(request: z.output<typeof answerableRequest>): EstimateRequest | undefined {
  const { decimalComma, adultsConfirmed, replyTo, ...plain } = request;
  if (adultsConfirmed) return undefined;
  const said = { ...plain, replyTo: toPlainEnvelope(replyTo) };
  const isNew = decimalComma !== undefined || JSON.stringify(said.replyTo) !== JSON.stringify(toEnvelope(replyTo));
  return isNew ? said : undefined;
}

/** Where the message is wrong, never what stands there. */
function problemOf({ json }: Delivery, error: ZodError): string {
  if (json === undefined) return 'not a message: no JSON';
  return `wrong: ${error.issues.map(({ path }) => path.join('.') || 'the whole').join(', ')}`;
}

function wireOf({ json, attachment }: Delivery): Wire {
  if (json === undefined) return { contentType: 'application/octet-stream', body: attachment ?? Buffer.alloc(0) };
  return encode({ json, ...(attachment && { attachment }) });
}

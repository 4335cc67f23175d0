import type { Broker, Consumer, Delivery } from '@attrai/broker/broker';
import { publishChecked } from '@attrai/broker/typed-queue';
import { encode, type Wire } from '@attrai/broker/wire-format';
import { patiently } from '@attrai/contracts/patiently';
import { AFTER_ESTIMATE, TO_ESTIMATE, TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { type EstimateRequest, estimateRequest } from '@attrai/contracts/request';
import { type EstimateResult, estimateResult } from '@attrai/contracts/result';
import type { ZodError } from 'zod';
import { createOneAtATime } from './one-at-a-time.ts';
import { createParkedMessages } from './parked.ts';
import { replyJobId } from './reply-job.ts';
import type { ReplyParts } from './send-replies.ts';

const PREFETCH = 4;

/**
 * Ends what nobody could finish. The user of a photo that killed its estimator again and again, or that no estimator took
 * before its deadline, is told so, and the photo deleted. A message nobody can read belongs to nobody we could tell: it is
 * logged and parked as a file of the inbox for the operator, at most 100 of them; see `pnpm dead-letters`.
 */
export function takeDeadLetters(broker: Broker, parts: ReplyParts, stopping: AbortSignal): Promise<Consumer> {
  const { replies, progress, logger } = parts;
  const parked = createParkedMessages(parts.inbox);
  const oneAtATime = createOneAtATime();

  async function tellUser({ id, replyTo }: EstimateRequest | EstimateResult, expired = false): Promise<void> {
    if (expired) {
      logger.info({ requestId: id }, 'No estimator took a photo before its deadline');
      progress.giveUp(id);
    } else {
      logger.error({ requestId: id }, 'A photo could not be finished: telling its user');
      progress.leave(id);
    }
    await replies.add(replyJobId(id), { id, replyTo, answer: { kind: expired ? 'expired' : 'failed' } });
  }

  /**
   * Of everyday requests only those with decimal commas can't be read by estimators before 0.2, which there may be during an update:
   * a point in the picture is better than no answer.
   */
  async function askPlainly({ decimalComma: _, ...request }: EstimateRequest, { attachment }: Delivery): Promise<void> {
    logger.info(
      { requestId: request.id },
      'An older estimator could not read a request; asking without decimal commas',
    );
    const options = { attachment, expiresAt: request.deadline };
    await publishChecked(broker, TO_ESTIMATE, estimateRequest, request, options);
  }

  async function park(delivery: Delivery, why: string): Promise<void> {
    const { contentType, body } = wireOf(delivery);
    const { key, kept } = await parked.park({ diedIn: delivery.diedIn, why, contentType, body });
    const advice = kept ? 'see `pnpm dead-letters`' : 'too many are parked: it is dropped';
    logger.error({ key, kept, problem: why, queue: delivery.diedIn }, `A message that nobody can read: ${advice}`);
  }

  async function take(delivery: Delivery): Promise<void> {
    const request = estimateRequest.safeParse(delivery.json);
    if (request.success) {
      if (delivery.refused && request.data.decimalComma) return askPlainly(request.data, delivery);
      return tellUser(request.data, delivery.expired);
    }
    const result = estimateResult.safeParse(delivery.json);
    if (result.success) return tellUser(result.data, delivery.expired);
    // Two at once would both take the last free place.
    const { error } = delivery.diedIn === AFTER_ESTIMATE ? result : request;
    return oneAtATime('park', () => park(delivery, problemOf(delivery, error)));
  }

  return broker.consume(TO_ESTIMATE_DEAD, PREFETCH, (delivery) => patiently(() => take(delivery), stopping));
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

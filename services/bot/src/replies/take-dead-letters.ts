import { createHash } from 'node:crypto';
import type { Broker, Consumer, Delivery } from '@attrai/broker/broker';
import { patiently } from '@attrai/contracts/patiently';
import { TO_ESTIMATE_DEAD } from '@attrai/contracts/queues';
import { type EstimateRequest, estimateRequest } from '@attrai/contracts/request';
import { type EstimateResult, estimateResult } from '@attrai/contracts/result';
import { createOneAtATime } from './one-at-a-time.ts';
import { replyJobId } from './reply-job.ts';
import type { ReplyParts } from './send-replies.ts';

const PREFETCH = 4;
/** Messages nobody can read are parked under keys with this prefix. */
export const MALFORMED_PREFIX = 'malformed-';
const MOST_PARKED = 100;

/**
 * Ends what nobody could finish. The user of a photo that killed its estimator again and again is told so, and the
 * photo deleted. A message nobody can read belongs to nobody we could tell: it is logged and parked as a file
 * `malformed-<hash>` of the inbox for the operator, at most 100 of them.
 */
export function takeDeadLetters(broker: Broker, parts: ReplyParts, stopping: AbortSignal): Promise<Consumer> {
  const { replies, inbox, progress, logger } = parts;
  const oneAtATime = createOneAtATime();

  async function tellUser({ id, replyTo }: EstimateRequest | EstimateResult): Promise<void> {
    logger.error({ requestId: id }, 'A photo could not be finished: telling its user');
    progress.leave(id);
    await replies.add(replyJobId(id), { id, replyTo, answer: { kind: 'failed' } });
  }

  async function park(json: unknown, problem: string): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(json) ?? 'undefined');
    const key = MALFORMED_PREFIX + createHash('sha256').update(bytes).digest('hex').slice(0, 20);
    const parked = (await inbox.keys()).filter((name) => name.startsWith(MALFORMED_PREFIX)).length;
    const keep = parked < MOST_PARKED;
    if (keep) await inbox.put(key, bytes);
    logger.error(
      { key, kept: keep, problem },
      'A message that nobody can read; the file of that key in the inbox holds it',
    );
  }

  async function take({ json }: Delivery): Promise<void> {
    const request = estimateRequest.safeParse(json);
    if (request.success) return tellUser(request.data);
    const result = estimateResult.safeParse(json);
    if (!result.success) {
      const problem = request.error.issues.map(({ path }) => path.join('.')).join(', ');
      // Two at once would both take the last free place.
      return oneAtATime('park', () => park(json, problem));
    }
    return tellUser(result.data);
  }

  return broker.consume(TO_ESTIMATE_DEAD, PREFETCH, (delivery) => patiently(() => take(delivery), stopping));
}

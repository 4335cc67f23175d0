import type { Redis } from 'ioredis';
import { gradeRedisError } from '../redis/redis-errors.ts';
import { type Envelope, requestFor } from './envelope.ts';
import { type ReplyTo, replyTo } from './reply-to.ts';
import type { RequestBook } from './request-book.ts';

const KEYS_A_STEP = 500;
const NO_LIMIT = { maxActivePerUser: Number.MAX_SAFE_INTEGER };

/**
 * Takes over what bots of version 0.1 kept of requests, then deletes it: which are answered, and whom to tell when a
 * deadline passes. Finds nothing from the second start on. May be repeated.
 *
 * Keys of version 0.1, after the prefix:
 *   :request:<id>   `accepted`, `underway` or `answered`
 *   :deadlines      sorted set, those that are owed an answer, by deadline
 *   :reply-to       hash, whom to tell of each; it has chats in it and never expires
 *   :slots          sorted set, slots that are taken; those of a user (:slots:<user>) expire by themselves
 */
export async function importReleased(redis: Redis, book: RequestBook<Envelope>, prefix = 'attrai'): Promise<void> {
  const [deadlines, replyTos, slots] = [`${prefix}:deadlines`, `${prefix}:reply-to`, `${prefix}:slots`];
  try {
    const owed = await redis.zrange(deadlines, '0', '-1', 'WITHSCORES');
    for (let i = 0; i < owed.length; i += 2) {
      const id = owed[i]!;
      const [stage, known] = [await redis.get(`${prefix}:request:${id}`), await redis.hget(replyTos, id)];
      const to = known === null ? undefined : replyTo.safeParse(JSON.parse(known)).data;
      if (stage !== 'answered' && to) await takeOver(book, id, to, Number(owed[i + 1]), stage);
    }
    let cursor = '0';
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}:request:*`, 'COUNT', KEYS_A_STEP);
      cursor = next;
      for (const key of keys) {
        if ((await redis.get(key)) === 'answered') await book.answered(key.slice(`${prefix}:request:`.length));
        await redis.del(key);
      }
    } while (cursor !== '0');
    await redis.del(deadlines, replyTos, slots);
  } catch (cause) {
    throw gradeRedisError('for what version 0.1 left', cause);
  }
}

async function takeOver(
  book: RequestBook<Envelope>,
  id: string,
  to: ReplyTo,
  deadline: number,
  stage: string | null,
): Promise<void> {
  await book.accept(requestFor(id, to, deadline), NO_LIMIT);
  await book.placeholderSent(id, to.placeholderId);
  // The job of one that is only accepted goes on from here.
  if (stage !== 'accepted') await book.published(id);
}

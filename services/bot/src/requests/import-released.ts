import type { Redis } from 'ioredis';
import { grading } from '../redis/redis-errors.ts';
import { type Envelope, requestFor } from './envelope.ts';
import { replyTo } from './reply-to.ts';
import { NO_LIMIT, type RequestBook } from './request-book.ts';

const KEYS_A_STEP = 500;

/**
 * Moves the requests of version 0.1 into the book: which are answered, and whom to tell when a deadline passes. Deletes the old
 * keys, so that the second start finds none. May be repeated.
 *
 * Keys of version 0.1, after the prefix:
 *   :request:<id>   `accepted`, `underway` or `answered`
 *   :deadlines      sorted set: requests without an answer, by deadline
 *   :reply-to       hash: whom to tell of each; it names chats and never expires
 *   :slots          sorted set: slots that are taken; those of a user (:slots:<user>) expire by themselves
 */
export function importReleased(redis: Redis, book: RequestBook<Envelope>, prefix = 'attrai'): Promise<void> {
  return grading('for what version 0.1 left', () => moveAll(redis, book, prefix));
}

async function moveAll(redis: Redis, book: RequestBook<Envelope>, prefix: string): Promise<void> {
  const [deadlines, replyTos, slots] = [`${prefix}:deadlines`, `${prefix}:reply-to`, `${prefix}:slots`];
  const owed = await redis.zrange(deadlines, '0', '-1', 'WITHSCORES');
  for (let i = 0; i < owed.length; i += 2) {
    const id = owed[i]!;
    const [stage, known] = [await redis.get(`${prefix}:request:${id}`), await redis.hget(replyTos, id)];
    const to = known === null ? undefined : replyTo.safeParse(JSON.parse(known)).data;
    if (stage === 'answered' || !to) continue;
    await book.accept(requestFor(id, to, Number(owed[i + 1])), NO_LIMIT);
    await book.placeholderSent(id, to.placeholderId);
    // A request that is only accepted has a job, which goes on from here.
    if (stage !== 'accepted') await book.published(id);
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
}

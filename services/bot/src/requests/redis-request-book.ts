import type { Redis } from 'ioredis';
import type { Limits } from '../limits/limits.ts';
import { grading } from '../redis/redis-errors.ts';
import { fieldsOf, Scripts } from '../redis/scripts.ts';
import { SCRIPTS } from './redis-scripts.ts';
import {
  type Acceptance,
  BOOK_TIMING,
  type BookTiming,
  MOST_GIVEN,
  type NewRequest,
  type RequestBook,
  type RequestRecord,
  type SendAttempt,
  type SendPermission,
  type State,
} from './request-book.ts';

/** The id, then the fields of its hash, each followed by its value. */
type Found = [id: string, fields: string[]];

export interface RedisRequestBookOptions {
  redis: Redis;
  /** Keys of this installation begin with this. */
  prefix?: string;
  timing?: Partial<BookTiming>;
}

/**
 * Requests on Redis (7 or newer, not Cluster) or Valkey: they outlive the bot, and several bots share them. One call is
 * one round trip. Methods throw what `gradeRedisError` makes; a Redis that is full refuses `accept` alone.
 */
export class RedisRequestBook<E> implements RequestBook<E> {
  #redis: Redis;
  #prefix: string;
  #timing: BookTiming;
  #scripts: Scripts<keyof typeof SCRIPTS>;

  constructor({ redis, prefix = 'attrai', timing = {} }: RedisRequestBookOptions) {
    this.#redis = redis;
    this.#prefix = `${prefix}:book`;
    this.#timing = { ...BOOK_TIMING, ...timing };
    this.#scripts = new Scripts(redis, 'book', this.#prefix, SCRIPTS);
  }

  async accept(request: NewRequest<E>, { maxActivePerUser }: Pick<Limits, 'maxActivePerUser'>): Promise<Acceptance> {
    const { id, userId, chatId, messageId, deadline, envelope } = request;
    const about = [userId, chatId, messageId, deadline, JSON.stringify(envelope)];
    const leftMs = Math.ceil(deadline - Date.now());
    const answer = await this.#scripts.run('accept', 'to accept a photo', id, ...about, leftMs, maxActivePerUser);
    const [kind, more] = answer as [Acceptance['kind'], string | number];
    if (kind === 'accepted') return { kind, place: Number(more) };
    return kind === 'already' ? { kind, state: more as State } : { kind };
  }

  async forget(id: string): Promise<void> {
    await this.#scripts.run('forget', 'to forget a photo', id);
  }

  async placeholderSending(id: string): Promise<boolean> {
    return (await this.#scripts.run('placeholderSending', 'whether to send a placeholder', id)) === 1;
  }

  async placeholderSent(id: string, placeholderId?: string): Promise<State | undefined> {
    return stateOf(await this.#scripts.run('placeholderSent', 'to note a placeholder', id, placeholderId ?? ''));
  }

  async published(id: string): Promise<State | undefined> {
    return stateOf(await this.#scripts.run('published', 'to note a photo as published', id));
  }

  async answerReady(id: string): Promise<State | undefined> {
    return stateOf(await this.#scripts.run('answerReady', 'to note an answer as ready', id));
  }

  async sending(id: string, { attempt, repeatable, expired }: SendAttempt): Promise<SendPermission> {
    const how = [attempt, repeatable ? 0 : 1, expired ? 1 : 0, this.#timing.sendingMs];
    return (await this.#scripts.run('sending', 'whether to send an answer', id, ...how)) as SendPermission;
  }

  async notSent(id: string, attempt: string): Promise<void> {
    await this.#scripts.run('notSent', 'to note an answer as not sent', id, attempt);
  }

  async answered(id: string): Promise<boolean> {
    return (await this.#scripts.run('answered', 'to note a photo as answered', id)) === 1;
  }

  async cancel(userId: string): Promise<RequestRecord<E>[]> {
    return this.#records(await this.#scripts.run('cancel', 'to cancel photos', userId));
  }

  async find(id: string): Promise<RequestRecord<E> | undefined> {
    const fields = await grading('for a request', () => this.#redis.hgetall(`${this.#prefix}:request:${id}`));
    return recordOf(id, fields);
  }

  async states(ids: string[]): Promise<(State | undefined)[]> {
    return ((await this.#scripts.run('states', 'for states', ...ids)) as unknown[]).map(stateOf);
  }

  async places(ids: string[]): Promise<(number | undefined)[]> {
    const ranks = (await this.#scripts.run('places', 'for places', ...ids)) as (number | null)[];
    return ranks.map((rank) => (rank === null ? undefined : rank + 1));
  }

  async overdue(): Promise<RequestRecord<E>[]> {
    const { awayMs, settleMs } = this.#timing;
    return this.#records(await this.#scripts.run('overdue', 'for overdue photos', MOST_GIVEN, awayMs, settleMs));
  }

  async leftSending(): Promise<RequestRecord<E>[]> {
    const { sendingMs } = this.#timing;
    return this.#records(await this.#scripts.run('leftSending', 'for answers left half sent', MOST_GIVEN, sendingMs));
  }

  async total(): Promise<number> {
    return grading('for the number of photos', () => this.#redis.zcard(`${this.#prefix}:deadlines`));
  }

  #records(found: unknown): RequestRecord<E>[] {
    return (found as Found[]).flatMap(([id, hash]) => recordOf<E>(id, fieldsOf(hash)) ?? []);
  }
}

function stateOf(answer: unknown): State | undefined {
  return (answer ?? undefined) as State | undefined;
}

function recordOf<E>(id: string, fields: Record<string, string>): RequestRecord<E> | undefined {
  const { state, user, chat, message, deadline, envelope, placeholder, ready } = fields;
  if (user === undefined || envelope === undefined) return undefined;
  return {
    id,
    userId: user,
    chatId: chat!,
    messageId: message!,
    deadline: Number(deadline),
    envelope: JSON.parse(envelope),
    state: state as RequestRecord<E>['state'],
    ...(placeholder !== undefined && { placeholder: placeholder === '' ? {} : { id: placeholder } }),
    answerReady: ready !== undefined,
  };
}

import type { Limits } from '../limits/limits.ts';
import {
  type Acceptance,
  BOOK_TIMING,
  type BookTiming,
  LONGEST_SENDING_MS,
  MOST_GIVEN,
  type NewRequest,
  REMEMBER_MS,
  type RequestBook,
  type RequestRecord,
  type SendAttempt,
  type SendPermission,
  type State,
} from './request-book.ts';

interface Sender {
  attempt: string;
  repeatable: boolean;
  /** ms since the epoch */
  since: number;
}

interface Entry<E> {
  /** Absent if it was sent without having been accepted here. */
  request?: NewRequest<E>;
  published: boolean;
  placeholder?: { id?: string };
  answerReady: boolean;
  /** When its passed deadline is told, ms since the epoch. */
  dueAt: number;
  sender?: Sender;
  /** A try died that had sent a new message. */
  inDoubt: boolean;
}

type Over = 'answered' | 'cancelled';

/** Requests in memory, for one process without Redis. They end with the process. */
export class MemoryRequestBook<E> implements RequestBook<E> {
  #timing: BookTiming;
  #entries = new Map<string, Entry<E>>();
  #ofUser = new Map<string, Set<string>>();
  /** In the order of acceptance. */
  #queue: { id: string; order: number }[] = [];
  /** The `order` of each request in the queue, by id. */
  #orders = new Map<string, number>();
  /** States of requests that are over, the oldest first. */
  #marks = new Map<string, { state: Over; until: number }>();
  #overdueAskedAt = Date.now();
  #settledAt = 0;

  constructor(timing: Partial<BookTiming> = {}) {
    this.#timing = { ...BOOK_TIMING, ...timing };
  }

  async accept(request: NewRequest<E>, limits: Pick<Limits, 'maxActivePerUser'>): Promise<Acceptance> {
    this.#forgetOldMarks();
    const { id, userId, deadline } = request;
    const state = this.#stateOf(id);
    if (state !== undefined) return { kind: 'already', state };
    if (this.#slotsOf(userId) >= limits.maxActivePerUser) return { kind: 'full' };
    const known = structuredClone(request);
    this.#entries.set(id, { request: known, published: false, answerReady: false, dueAt: deadline, inDoubt: false });
    this.#ofUser.set(userId, (this.#ofUser.get(userId) ?? new Set()).add(id));
    const order = (this.#queue.at(-1)?.order ?? 0) + 1;
    this.#queue.push({ id, order });
    this.#orders.set(id, order);
    return { kind: 'accepted', place: this.#queue.length };
  }

  async forget(id: string): Promise<void> {
    if (this.#stateOf(id) === 'accepted') this.#remove(id);
  }

  async placeholderSending(id: string): Promise<boolean> {
    const entry = this.#entries.get(id);
    if (!entry?.request || entry.placeholder || entry.answerReady || entry.sender) return false;
    entry.placeholder = {};
    return true;
  }

  async placeholderSent(id: string, placeholderId?: string): Promise<State | undefined> {
    const entry = this.#entries.get(id);
    if (entry) entry.placeholder = placeholderId === undefined ? {} : { id: placeholderId };
    return this.#stateOf(id);
  }

  async published(id: string): Promise<State | undefined> {
    const entry = this.#entries.get(id);
    if (entry) entry.published = true;
    return this.#stateOf(id);
  }

  async answerReady(id: string): Promise<State | undefined> {
    const entry = this.#entries.get(id);
    if (entry) {
      entry.published = true;
      entry.answerReady = true;
      this.#leaveQueue(id);
      if (entry.request) entry.dueAt = Math.max(entry.dueAt, Date.now() + LONGEST_SENDING_MS);
    }
    return this.#stateOf(id);
  }

  async sending(id: string, { attempt, repeatable, expired = false }: SendAttempt): Promise<SendPermission> {
    const mark = this.#marks.get(id);
    if (mark) return mark.state;
    const now = Date.now();
    const entry = this.#entries.get(id) ?? { published: true, answerReady: false, dueAt: 0, inDoubt: false };
    const { sender } = entry;
    const isSame = sender?.attempt === attempt;
    if (!isSame) {
      if (sender && now - sender.since < this.#timing.sendingMs) return 'busy';
      if (expired && entry.dueAt > now) return 'not_due';
      if (sender && !sender.repeatable) entry.inDoubt = true;
    }
    this.#leaveQueue(id);
    entry.sender = { attempt, repeatable: repeatable && (!isSame || sender.repeatable), since: now };
    this.#entries.set(id, entry);
    return entry.inDoubt ? 'unknown' : 'send';
  }

  async notSent(id: string, attempt: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry?.sender?.attempt !== attempt) return;
    delete entry.sender;
    entry.published = true;
  }

  async answered(id: string): Promise<boolean> {
    if (this.#marks.has(id)) return false;
    this.#end(id, 'answered');
    return true;
  }

  async cancel(userId: string): Promise<RequestRecord<E>[]> {
    const ofUser = this.#records([...(this.#ofUser.get(userId) ?? [])]);
    const cancelled = ofUser.filter(({ state }) => state !== 'sending').sort((a, b) => a.deadline - b.deadline);
    for (const { id } of cancelled) this.#end(id, 'cancelled');
    return cancelled;
  }

  async find(id: string): Promise<RequestRecord<E> | undefined> {
    return this.#records([id])[0];
  }

  async states(ids: string[]): Promise<(State | undefined)[]> {
    return ids.map((id) => this.#stateOf(id));
  }

  async places(ids: string[]): Promise<(number | undefined)[]> {
    return ids.map((id) => (this.#orders.has(id) ? this.#indexOf(id) + 1 : undefined));
  }

  async overdue(): Promise<RequestRecord<E>[]> {
    const now = Date.now();
    if (now - this.#overdueAskedAt > this.#timing.awayMs) this.#settledAt = now + this.#timing.settleMs;
    this.#overdueAskedAt = now;
    if (now < this.#settledAt) return [];
    const due = [...this.#entries].filter(([, { sender, dueAt }]) => !sender && dueAt <= now);
    due.sort(([, a], [, b]) => a.dueAt - b.dueAt);
    return this.#records(due.map(([id]) => id)).slice(0, MOST_GIVEN);
  }

  async leftSending(): Promise<RequestRecord<E>[]> {
    const latest = Date.now() - this.#timing.sendingMs;
    const left = [...this.#entries].filter(([, { sender }]) => sender && sender.since <= latest);
    left.sort(([, a], [, b]) => a.sender!.since - b.sender!.since);
    return this.#records(left.map(([id]) => id)).slice(0, MOST_GIVEN);
  }

  async total(): Promise<number> {
    return [...this.#entries.values()].filter(({ request }) => request).length;
  }

  #stateOf(id: string): State | undefined {
    const entry = this.#entries.get(id);
    if (!entry) return this.#marks.get(id)?.state;
    if (entry.sender) return 'sending';
    return entry.published ? 'published' : 'accepted';
  }

  #records(ids: string[]): RequestRecord<E>[] {
    return ids.flatMap((id) => {
      const { request, placeholder, answerReady } = this.#entries.get(id) ?? {};
      if (!request || answerReady === undefined) return [];
      const state = this.#stateOf(id) as RequestRecord<E>['state'];
      return [structuredClone({ ...request, state, answerReady, ...(placeholder && { placeholder }) })];
    });
  }

  #slotsOf(userId: string): number {
    const now = Date.now();
    const ids = [...(this.#ofUser.get(userId) ?? [])];
    return ids.filter((id) => this.#entries.get(id)!.request!.deadline > now).length;
  }

  #end(id: string, state: Over): void {
    this.#remove(id);
    this.#marks.set(id, { state, until: Date.now() + REMEMBER_MS });
  }

  #remove(id: string): void {
    this.#leaveQueue(id);
    const userId = this.#entries.get(id)?.request?.userId;
    this.#entries.delete(id);
    if (userId === undefined) return;
    const others = this.#ofUser.get(userId)!;
    others.delete(id);
    if (others.size === 0) this.#ofUser.delete(userId);
  }

  #leaveQueue(id: string): void {
    if (!this.#orders.has(id)) return;
    this.#queue.splice(this.#indexOf(id), 1);
    this.#orders.delete(id);
  }

  /** Binary search, as thousands may wait. */
  #indexOf(id: string): number {
    const order = this.#orders.get(id)!;
    let [from, to] = [0, this.#queue.length - 1];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#queue[middle]!.order < order) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #forgetOldMarks(): void {
    const now = Date.now();
    for (const [id, { until }] of this.#marks) {
      if (until > now) return;
      this.#marks.delete(id);
    }
  }
}

import { firstId } from '../chat/first-id.ts';
import { type ApiError, conflict } from './api-error.ts';

export interface Update {
  update_id: number;
  [kind: string]: unknown;
}

/** An update on its way. */
export interface Pending {
  update: Update;
  /** A webhook gets the updates of one line one after the other, those of several at once. */
  line: string;
}

/** Above this number, the oldest updates are dropped. */
const MAX_PENDING = 20_000;

export interface Poll {
  /** Confirms all before it; negative counts from the end of the queue. */
  offset: number;
  limit: number;
  timeoutMs: number;
  /** Aborted when the caller has gone. */
  signal: AbortSignal;
}

/** Updates for the bot, kept until it confirms them. */
export class UpdateQueue {
  #pending: Pending[] = [];
  #nextId = firstId();
  #allowed: ReadonlySet<string> | undefined;
  #poller: { wake(): void; refuse(error: ApiError): void } | undefined;
  #onArrival: (() => void) | undefined;
  #maxPending: number;

  constructor(maxPending = MAX_PENDING) {
    this.#maxPending = maxPending;
  }

  get length(): number {
    return this.#pending.length;
  }

  /** Oldest first. */
  get pending(): readonly Pending[] {
    return this.#pending;
  }

  /** Kinds of updates to keep from now on; none named means all. */
  allow(kinds: readonly string[]): void {
    this.#allowed = kinds.length > 0 ? new Set(kinds) : undefined;
  }

  get allowed(): string[] | undefined {
    return this.#allowed && [...this.#allowed];
  }

  push(kind: string, payload: unknown, line: string): void {
    if (this.#allowed && !this.#allowed.has(kind)) return;
    this.#pending.push({ update: { update_id: this.#nextId++, [kind]: payload }, line });
    if (this.#pending.length > this.#maxPending) this.#pending.shift();
    this.#poller?.wake();
    this.#onArrival?.();
  }

  /** Calls `listener` at every update from now on, in the place of any before. */
  onArrival(listener: (() => void) | undefined): void {
    this.#onArrival = listener;
  }

  /**
   * Waits up to `timeoutMs` for updates. Only one caller can wait: a new one ends the other with 409, as Telegram
   * does.
   */
  async poll({ offset, limit, timeoutMs, signal }: Poll): Promise<Update[]> {
    this.interrupt(conflict('terminated by other getUpdates request; make sure that only one bot instance is running'));
    this.#confirm(offset < 0 ? (this.#pending.at(offset)?.update.update_id ?? 0) : offset);
    if (this.#pending.length === 0 && timeoutMs > 0) await this.#arrival(timeoutMs, signal);
    return this.#pending.slice(0, limit).map(({ update }) => update);
  }

  /** Forgets one update. */
  remove(pending: Pending): void {
    const index = this.#pending.indexOf(pending);
    if (index >= 0) this.#pending.splice(index, 1);
  }

  drop(): void {
    this.#pending = [];
  }

  /** Ends a wait with `error`. */
  interrupt(error: ApiError): void {
    this.#poller?.refuse(error);
  }

  /** Forgets the updates before `offset`. */
  #confirm(offset: number): void {
    const kept = this.#pending.findIndex(({ update }) => update.update_id >= offset);
    this.#pending.splice(0, kept < 0 ? this.#pending.length : kept);
  }

  /** Resolves at the next update, after `timeoutMs`, or when `signal` is aborted. */
  async #arrival(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const poller = { wake: resolve, refuse: reject };
    this.#poller = poller;
    const timer = setTimeout(resolve, timeoutMs);
    signal.addEventListener('abort', () => resolve(), { once: true });
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      if (this.#poller === poller) this.#poller = undefined;
    }
  }
}

import { firstId } from '../chat/first-id.ts';
import { type ApiError, conflict } from './api-error.ts';

export interface Update {
  update_id: number;
  [kind: string]: unknown;
}

export interface Pending {
  update: Update;
  /** A webhook gets the updates of a line one after the other, those of different lines at once. */
  line: string;
}

/** Most updates. The oldest are dropped first. */
const MAX_PENDING = 20_000;

interface Poll {
  /** Confirms all updates before it; a negative one counts from the end of the queue. */
  offset: number;
  limit: number;
  timeoutMs: number;
  /** Aborts when the caller is gone. */
  signal: AbortSignal;
}

/** Updates that the bot has not confirmed yet. */
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

  /** Sets the kinds of updates to keep; an empty list means all. */
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

  /** Sets the function that is called at each update. */
  onArrival(listener: (() => void) | undefined): void {
    this.#onArrival = listener;
  }

  /** Waits up to `timeoutMs` for updates. Only one caller can wait: a new one ends the wait of another with 409. */
  async poll({ offset, limit, timeoutMs, signal }: Poll): Promise<Update[]> {
    this.interrupt(conflict('terminated by other getUpdates request; make sure that only one bot instance is running'));
    this.#confirm(offset < 0 ? (this.#pending.at(offset)?.update.update_id ?? 0) : offset);
    if (this.#pending.length === 0 && timeoutMs > 0) await this.#arrival(timeoutMs, signal);
    return this.#pending.slice(0, limit).map(({ update }) => update);
  }

  remove(pending: Pending): void {
    const index = this.#pending.indexOf(pending);
    if (index >= 0) this.#pending.splice(index, 1);
  }

  drop(): void {
    this.#pending = [];
  }

  /** Ends the wait of `poll` with an error. */
  interrupt(error: ApiError): void {
    this.#poller?.refuse(error);
  }

  #confirm(offset: number): void {
    const kept = this.#pending.findIndex(({ update }) => update.update_id >= offset);
    this.#pending.splice(0, kept < 0 ? this.#pending.length : kept);
  }

  /** Waits for the next update, for `timeoutMs`, or until `signal` aborts. */
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

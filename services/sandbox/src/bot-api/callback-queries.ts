import { randomBytes } from 'node:crypto';

/** A pressed button can be answered for this long; then its spinner stops, and an answer comes too late. */
export const ANSWERABLE_MS = 30_000;
/** Most pressed buttons without an answer. The oldest are dropped first. */
const MAX_OPEN = 1_000;

/** A button a user pressed. */
export interface Press {
  chatId: number;
  /** The page's key for it, sent back with the answer. */
  clientKey: string | undefined;
}

/** The callback queries that wait for answerCallbackQuery. */
export class CallbackQueries {
  #open = new Map<string, { press: Press; until: number }>();

  /** Returns the query's id. */
  open(press: Press): string {
    const id = randomBytes(8).readBigUInt64BE().toString();
    this.#open.set(id, { press, until: Date.now() + ANSWERABLE_MS });
    if (this.#open.size > MAX_OPEN) this.#open.delete(this.#open.keys().next().value!);
    return id;
  }

  /** Ends a query. Undefined when there is none of that id, or it is too old. */
  close(id: string): Press | undefined {
    const query = this.#open.get(id);
    this.#open.delete(id);
    return query && Date.now() < query.until ? query.press : undefined;
  }
}

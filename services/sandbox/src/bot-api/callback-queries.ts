import { randomBytes } from 'node:crypto';

/** Time in which a query can be answered; then the button's spinner stops. */
const ANSWERABLE_MS = 30_000;
/** Most open queries. The oldest are dropped first. */
const MAX_OPEN = 1_000;

/** A pressed button. */
export interface Press {
  chatId: number;
  /** The page's name for the press, which the answer repeats. */
  clientKey: string | undefined;
}

/** Callback queries that wait for answerCallbackQuery. */
export class CallbackQueries {
  #open = new Map<string, { press: Press; until: number }>();

  /** Returns the query's id. */
  open(press: Press): string {
    const id = randomBytes(8).readBigUInt64BE().toString();
    this.#open.set(id, { press, until: Date.now() + ANSWERABLE_MS });
    if (this.#open.size > MAX_OPEN) this.#open.delete(this.#open.keys().next().value!);
    return id;
  }

  /** Ends a query. Undefined if it is unknown or too old. */
  close(id: string): Press | undefined {
    const query = this.#open.get(id);
    this.#open.delete(id);
    return query && Date.now() < query.until ? query.press : undefined;
  }
}

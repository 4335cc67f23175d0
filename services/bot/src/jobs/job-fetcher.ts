/** What fetches: a job, as the work on it, or undefined if there is none. */
export type Fetch = () => Promise<(() => Promise<void>) | undefined>;

/** So often it asks for jobs nobody told it of: of a process that died, or of another one. */
const LOOK_EVERY_MS = 1_000;
/** A job is due by the clock, a timer may be a little early. */
const TIMER_MARGIN_MS = 2;

/**
 * Keeps up to `concurrency` jobs in hand. It asks once for each job it was told of, and each second, until there is none,
 * for others. (BullMQ's own loop asks after each job whether there is one more, and waits at the queue: five questions a job.)
 */
export class JobFetcher {
  #concurrency: number;
  #fetch: Fetch;
  #onError: (error: unknown) => void;
  #inHand = new Set<Promise<void>>();
  #timers = new Set<NodeJS.Timeout>();
  #toldOf = 0;
  #others: 'none' | 'perhaps' | 'asking' = 'perhaps';
  #stopped = false;
  #looking: NodeJS.Timeout;

  /** @param onError is told what `fetch` or the work threw */
  constructor(concurrency: number, fetch: Fetch, onError: (error: unknown) => void) {
    this.#concurrency = concurrency;
    this.#fetch = fetch;
    this.#onError = onError;
    this.#looking = setInterval(() => {
      if (this.#others === 'none') this.#others = 'perhaps';
      this.#fill();
    }, LOOK_EVERY_MS);
    this.#fill();
  }

  /** There is one job more to fetch. */
  more(): void {
    this.#toldOf += 1;
    this.#fill();
  }

  /** There will be one job more, in so many ms. */
  moreIn(ms: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.more();
    }, ms + TIMER_MARGIN_MS);
    this.#timers.add(timer);
  }

  /** Fetches no further job and waits for those in hand. */
  async finish(): Promise<void> {
    this.stop();
    await Promise.all(this.#inHand);
  }

  /** The same without waiting. */
  stop(): void {
    this.#stopped = true;
    clearInterval(this.#looking);
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #fill(): void {
    while (
      !this.#stopped &&
      this.#inHand.size < this.#concurrency &&
      (this.#toldOf > 0 || this.#others === 'perhaps')
    ) {
      const running = (this.#toldOf > 0 ? this.#fetchOne() : this.#fetchOther()).catch(this.#onError).finally(() => {
        this.#inHand.delete(running);
        this.#fill();
      });
      this.#inHand.add(running);
    }
  }

  async #fetchOne(): Promise<void> {
    this.#toldOf -= 1;
    const work = await this.#fetch();
    await work?.();
  }

  async #fetchOther(): Promise<void> {
    this.#others = 'asking';
    const work = await this.#fetch().finally(() => {
      this.#others = 'none';
    });
    if (!work) return;
    this.#others = 'perhaps';
    this.#fill();
    await work();
  }
}

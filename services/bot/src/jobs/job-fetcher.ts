/** Fetches one job and gives the work on it; undefined if there is no job. */
type Fetch = () => Promise<(() => Promise<void>) | undefined>;

/** Jobs of other processes, also of one that died, are found by asking. */
const LOOK_EVERY_MS = 1_000;
/** Timers may fire a little before the clock shows their time. */
const TIMER_MARGIN_MS = 2;

/**
 * Keeps up to `concurrency` jobs in hand. It asks once for each job it was told of. Every second it asks for others until there is
 * none. (BullMQ's own loop takes five questions a job: it asks for one more after each job, and waits at the queue.)
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

  /** @param onError gets what `fetch` or the work threw */
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

  /** One more job can be fetched. */
  more(): void {
    this.#toldOf += 1;
    this.#fill();
  }

  /** One more job can be fetched in `ms`. */
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

  /** Fetches no further job. */
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

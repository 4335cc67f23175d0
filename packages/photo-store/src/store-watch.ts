import type { PhotoStore } from './photo-store.ts';

const LOOK_EVERY_MS = 10_000;
const LINE_EVERY_MS = 60_000;

export interface StoreWatchOptions {
  /** The stores, by the variable that names the folder of each. */
  stores: Record<string, Pick<PhotoStore, 'check'>>;
  logger: { warn(message: string): void; info(message: string): void };
  /** Between two looks, in milliseconds; for tests. */
  everyMs?: number;
}

/** Looks every 10 s whether photos can be stored. Logs why not, once a minute for each store. */
export class StoreWatch {
  #options: StoreWatchOptions;
  #timer: NodeJS.Timeout;
  /** Stores whose last look has not ended. A disk that hangs keeps a thread of Node each time it is asked. */
  #asked = new Set<string>();
  #problems = new Map<string, string>();
  /** In milliseconds of performance.now(). */
  #saidAt = new Map<string, number>();

  constructor(options: StoreWatchOptions) {
    this.#options = options;
    this.#lookAtAll();
    this.#timer = setInterval(() => this.#lookAtAll(), options.everyMs ?? LOOK_EVERY_MS).unref();
  }

  /** Why photos can't be stored now, and what to do; undefined if they can. */
  get problem(): string | undefined {
    return this.#problems.values().next().value;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #lookAtAll(): void {
    for (const [variable, store] of Object.entries(this.#options.stores)) void this.#look(variable, store);
  }

  async #look(variable: string, store: Pick<PhotoStore, 'check'>): Promise<void> {
    if (this.#asked.has(variable))
      return this.#note(variable, `the disk of ${variable} does not answer: see its volume`);
    this.#asked.add(variable);
    try {
      await store.check();
      if (this.#problems.delete(variable)) this.#options.logger.info(`photos can be stored in ${variable} again`);
    } catch (error) {
      this.#note(variable, (error as Error).message);
    } finally {
      this.#asked.delete(variable);
    }
  }

  #note(variable: string, problem: string): void {
    this.#problems.set(variable, problem);
    const now = performance.now();
    if (now - (this.#saidAt.get(variable) ?? Number.NEGATIVE_INFINITY) < LINE_EVERY_MS) return;
    this.#saidAt.set(variable, now);
    this.#options.logger.warn(`photos can't be stored: ${problem}`);
  }
}

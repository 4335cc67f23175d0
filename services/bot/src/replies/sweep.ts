import { Repeated } from '@attrai/contracts/repeated';
import type { PhotoStore } from '@attrai/photo-store/photo-store';
import type { Logger } from '@attrai/telemetry/logger';
import type { Envelope } from '../requests/envelope.ts';
import { isLive, type RequestBook } from '../requests/request-book.ts';

const EVERY_MS = 60_000;
/** Keys begin with the id of their request. */
const KEY = /^([a-z0-9]{16,32})\./;

export interface SweeperOptions {
  stores: PhotoStore[];
  book: Pick<RequestBook<Envelope>, 'states'>;
  /** If the book doesn't know a request, its photos are deleted when they were seen for this long. */
  afterMs: number;
  logger: Logger;
}

/** Deletes photos that a process left when it died between two steps. If the request is over, that takes at most two minutes. */
export class Sweeper {
  #options: SweeperOptions;
  #firstSeen = new Map<string, number>();
  #sweeps: Repeated;

  constructor(options: SweeperOptions) {
    this.#options = options;
    this.#sweeps = new Repeated(EVERY_MS, () =>
      this.#sweep().catch((err) => options.logger.warn({ err }, 'Could not look for photos left behind; later again')),
    );
  }

  stop(): Promise<void> {
    return this.#sweeps.stop();
  }

  async #sweep(): Promise<void> {
    const stillSeen = new Map<string, number>();
    for (const store of this.#options.stores) await this.#sweepStore(store, stillSeen);
    this.#firstSeen = stillSeen;
  }

  async #sweepStore(store: PhotoStore, stillSeen: Map<string, number>): Promise<void> {
    const { book, afterMs, logger } = this.#options;
    const photos = (await store.keys()).flatMap((key) => {
      const id = KEY.exec(key)?.[1];
      return id === undefined ? [] : { key, id };
    });
    const states = await book.states(photos.map(({ id }) => id));
    for (const [i, { key, id }] of photos.entries()) {
      const state = states[i];
      if (isLive(state)) continue;
      const since = this.#firstSeen.get(key) ?? Date.now();
      // Not at the first look: a photo that has just been answered is about to be deleted.
      if (!this.#firstSeen.has(key) || (state === undefined && Date.now() - since < afterMs)) {
        stillSeen.set(key, since);
        continue;
      }
      await store.delete(store.refOf(key));
      logger.warn({ requestId: id }, 'Deleted a photo that somebody left behind');
    }
  }
}

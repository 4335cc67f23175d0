import type { PhotoStore } from '@attrai/photo-store/photo-store';
import type { Logger } from '@attrai/telemetry/logger';
import type { ActiveRequests } from '../limits/active-requests.ts';

const EVERY_MS = 60_000;
/** Keys begin with the id of their request. */
const KEY = /^([a-z0-9]{16,32})\./;

export interface SweeperOptions {
  stores: PhotoStore[];
  activeRequests: ActiveRequests;
  /** Photos of requests that nothing is known of, as when Redis lost all, are deleted when they have been there for so long. */
  afterMs: number;
  logger: Logger;
}

export interface Sweeper {
  stop(): void;
}

/** Deletes what was left by a process that died between two steps; of a request that is answered, within two minutes. */
export function startSweeper({ stores, activeRequests, afterMs, logger }: SweeperOptions): Sweeper {
  let firstSeen = new Map<string, number>();

  async function sweepStore(store: PhotoStore, stillSeen: Map<string, number>): Promise<void> {
    for (const key of await store.keys()) {
      const id = KEY.exec(key)?.[1];
      if (id === undefined) continue;
      const stage = await activeRequests.stage(id);
      if (stage === 'accepted' || stage === 'underway') continue;
      const since = firstSeen.get(key) ?? Date.now();
      // Not at the first look: one that has just been answered is about to be deleted.
      if (!firstSeen.has(key) || (stage === undefined && Date.now() - since < afterMs)) {
        stillSeen.set(key, since);
        continue;
      }
      await store.delete(store.refOf(key));
      logger.warn({ requestId: id }, 'Deleted a photo that somebody left behind');
    }
  }

  async function sweep(): Promise<void> {
    const stillSeen = new Map<string, number>();
    for (const store of stores) await sweepStore(store, stillSeen);
    firstSeen = stillSeen;
  }

  const timer = setInterval(() => {
    sweep().catch((err) => logger.warn({ err }, 'Could not look for photos left behind; later again'));
  }, EVERY_MS);
  return { stop: () => clearInterval(timer) };
}

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { newSharedMemory, photoInHand } from './photo-in-hand.ts';

export interface WatchdogOptions {
  /** As in the lines of the log. */
  service: string;
  graylogUrl?: string | undefined;
  /** How long a photo may take. */
  limitMs: number;
  /** A folder that goes with this process. */
  folder?: string;
}

/** What the thread is given. */
export interface WatchdogThreadData extends WatchdogOptions {
  memory: SharedArrayBuffer;
}

export interface Watchdog {
  /** Does the work on the photo of `requestId`, one at a time. Ends this process if it takes too long. */
  watch<T>(requestId: string, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Ends this process with SIGKILL when a photo takes longer than `limitMs`. Native code that hangs can't be ended in any
 * other way, and a main thread that is stuck ends nothing: the watchdog is a thread of its own. The broker counts the
 * delivery, so that such a photo costs MAX_DELIVERIES processes and goes to the dead letters, where its user is told.
 * (Process 1 of a container is immune against signals from within: it needs an init before it.)
 */
export async function startWatchdog(options: WatchdogOptions): Promise<Watchdog> {
  const memory = newSharedMemory();
  const workerData: WatchdogThreadData = { ...options, memory };
  const thread = new Worker(new URL('./watchdog-thread.ts', import.meta.url), { workerData });
  const inHand = photoInHand(memory);
  // A thread that broke throws here: nobody works unwatched.
  await once(thread, 'message');
  thread.unref();

  return {
    async watch(requestId, work) {
      inHand.take(requestId);
      try {
        return await work();
      } finally {
        inHand.putDown();
      }
    },
    async close() {
      await thread.terminate();
    },
  };
}

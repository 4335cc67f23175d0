import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { newSharedMemory } from './photo-in-hand.ts';

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
  /** In which it is told of the photo in hand (photo-in-hand.ts). */
  memory: SharedArrayBuffer;
  close(): Promise<void>;
}

/**
 * Ends this process with SIGKILL when a photo is in hand for longer than `limitMs`. Native code that hangs can't be ended in
 * any other way, and a thread that is stuck ends nothing: the watchdog is one of its own. The broker counts the
 * delivery, so that such a photo costs MAX_DELIVERIES processes and goes to the dead letters, where its user is told.
 * (Process 1 of a container is immune against signals from within: it needs an init before it.)
 */
export async function startWatchdog(options: WatchdogOptions): Promise<Watchdog> {
  const memory = newSharedMemory();
  const workerData: WatchdogThreadData = { ...options, memory };
  const thread = new Worker(new URL('./watchdog-thread.ts', import.meta.url), { workerData });
  // A thread that broke throws here: nobody works unwatched.
  await once(thread, 'message');
  thread.unref();

  return {
    memory,
    async close() {
      await thread.terminate();
    },
  };
}

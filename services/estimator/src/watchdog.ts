import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { WatchedPhoto } from './watched-photo.ts';

export interface WatchdogOptions {
  /** Its name in the log. */
  service: string;
  graylogUrl?: string | undefined;
  /** How long a photo may take. */
  limitMs: number;
  /** A folder to delete with this process. */
  folder?: string;
}

/** The thread's workerData. */
export interface WatchdogThreadData extends WatchdogOptions {
  memory: SharedArrayBuffer;
}

export interface Watchdog {
  /** That of a `WatchedPhoto`. */
  memory: SharedArrayBuffer;
  close(): Promise<void>;
}

/**
 * Kills this process with SIGKILL when a photo takes longer than `limitMs`. Native code that hangs can't be ended in any other
 * way, and it blocks its thread, so the watchdog has a thread of its own. RabbitMQ counts the delivery: such a photo costs
 * MAX_DELIVERIES processes and then goes to the dead letters, and its user is told. (Process 1 of a container ignores signals
 * from within. It needs an init.)
 */
export async function startWatchdog(options: WatchdogOptions): Promise<Watchdog> {
  const memory = WatchedPhoto.memory();
  const workerData: WatchdogThreadData = { ...options, memory };
  const thread = new Worker(new URL('./watchdog-thread.ts', import.meta.url), { workerData });
  // Throws if the thread failed: no photo is estimated unwatched.
  await once(thread, 'message');
  thread.unref();

  return {
    memory,
    async close() {
      await thread.terminate();
    },
  };
}

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

/**
 * Kills this process with SIGKILL when a photo takes longer than `limitMs`. Native code that hangs can't be ended in any other
 * way, and it blocks its thread, so the watchdog has a thread of its own. RabbitMQ counts the delivery: such a photo costs
 * MAX_DELIVERIES processes and then goes to the dead letters, and its user is told. (Process 1 of a container ignores signals
 * from within. It needs an init.)
 */
export async function startWatchdog(options: WatchdogOptions): Promise<Watchdog> {
  const watchdog = new Watchdog(options);
  await watchdog.started();
  return watchdog;
}

export class Watchdog {
  /** That of a `WatchedPhoto`. */
  readonly memory = WatchedPhoto.memory();
  #thread: Worker;

  constructor(options: WatchdogOptions) {
    const workerData: WatchdogThreadData = { ...options, memory: this.memory };
    this.#thread = new Worker(new URL('./watchdog-thread.ts', import.meta.url), { workerData });
  }

  /** Throws if the thread failed: no photo is estimated unwatched. */
  async started(): Promise<void> {
    await once(this.#thread, 'message');
    this.#thread.unref();
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }
}

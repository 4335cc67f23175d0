import { once } from 'node:events';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { FatalError, RetryableError } from '@attrai/contracts/errors';
import type { Estimate } from '@attrai/vision/vision';
import { errorOf } from './error-parts.ts';
import { alone, asBuffer, type FromVision, type ToVision, type VisionThreadData } from './vision-thread-messages.ts';
import type { WatchedVision } from './watched-vision.ts';

export interface VisionThreadOptions extends VisionThreadData {
  /** The thread has ended by itself, and whoever waited for it was told: nothing works any more in this process. */
  onFatal(error: FatalError): void;
  /** What the thread runs, if not the project's own vision: it calls `serveVision`. */
  script?: URL;
}

interface Waiting {
  onDecoded(): void;
  resolve(estimate: Estimate): void;
  reject(error: unknown): void;
}

const GONE = 'the thread that looks at photos has ended';

/**
 * The vision in a thread of its own. A net keeps the thread busy on which it runs; messages, files and health checks would
 * wait behind it.
 *
 * @throws what `loadVision` throws; FatalError `vision_ended`
 */
export async function startVisionThread({
  vision,
  memory,
  onFatal,
  script = new URL('./vision-thread.ts', import.meta.url),
}: VisionThreadOptions): Promise<WatchedVision> {
  const workerData: VisionThreadData = { vision, memory };
  // Native code sees the environment of the process, and nothing of one that a thread has to itself.
  const thread = new Worker(script, { workerData, name: 'vision', env: SHARE_ENV });
  const tell = (message: ToVision, given: ArrayBuffer[] = []) => thread.postMessage(message, given);
  const loading = Promise.withResolvers<void>();
  const waiting = new Map<number, Waiting>();
  let photos = 0;
  let loaded = false;
  let closed: Promise<unknown> | undefined;
  let cause: unknown;
  let hasEnded = false;

  thread.on('message', hear);
  thread.on('error', (error) => {
    cause = error;
  });
  thread.once('exit', () => end());
  await loading.promise;
  loaded = true;

  function hear(message: FromVision): void {
    switch (message.kind) {
      case 'loaded':
        loading.resolve();
        break;
      case 'not loaded':
        loading.reject(errorOf(message.error));
        break;
      case 'decoded':
        waiting.get(message.number)!.onDecoded();
        break;
      case 'done':
        take(message.number).resolve({ ...message.estimate, picture: message.picture && asBuffer(message.picture) });
        break;
      case 'failed':
        take(message.number).reject(errorOf(message.error));
    }
  }

  /** From those who wait. */
  function take(number: number): Waiting {
    const one = waiting.get(number)!;
    waiting.delete(number);
    return one;
  }

  function end(): void {
    hasEnded = true;
    const error = new FatalError('vision_ended', GONE, { cause });
    loading.reject(error);
    for (const number of [...waiting.keys()]) take(number).reject(toldSo());
    // After those have failed: when the process stops, photos go back as if they had not been tried, and one that ends every
    // thread that looks at it would do so for ever.
    if (loaded && closed === undefined) setImmediate(onFatal, error);
  }

  function toldSo(): RetryableError {
    return new RetryableError('vision_ended', GONE, { cause });
  }

  return {
    async estimate(requestId, photo, wishes, onDecoded) {
      if (hasEnded) throw toldSo();
      const number = ++photos;
      const { promise, resolve, reject } = Promise.withResolvers<Estimate>();
      waiting.set(number, { onDecoded, resolve, reject });
      const given = alone(photo);
      tell({ kind: 'look', number, requestId, photo: given, wishes }, [given.buffer]);
      return await promise;
    },
    async close() {
      if (hasEnded) return;
      closed ??= once(thread, 'exit');
      tell({ kind: 'close' });
      await closed;
    },
  };
}

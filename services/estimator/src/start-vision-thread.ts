import { once } from 'node:events';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { FatalError, RetryableError } from '@attrai/contracts/errors';
import type { Estimate, LookOptions } from '@attrai/vision/vision';
import { errorOf } from './error-parts.ts';
import { alone, asBuffer, type FromVision, type ToVision, type VisionThreadData } from './vision-thread-messages.ts';
import type { WatchedVision } from './watched-vision.ts';

export interface VisionThreadOptions extends VisionThreadData {
  /** The thread has ended by itself, and all waiting photos have failed. This process can do nothing more. */
  onFatal(error: FatalError): void;
  /** What the thread runs in place of the project's own vision. It calls `serveVision`. */
  script?: URL;
}

/** A photo that is with the thread. */
interface InFlight {
  onDecoded(): void;
  resolve(estimate: Estimate): void;
  reject(error: unknown): void;
}

const GONE = 'the thread that estimates photos has ended';

/**
 * Starts the vision in a thread of its own: a net blocks the thread it runs on, and messages, files and health checks would wait
 * for it.
 *
 * @param opened closes the thread, also one that still loads: a process that exits meanwhile is aborted by the native code
 * @throws what `loadVision` throws; FatalError `vision_ended`
 */
export async function startVisionThread(
  options: VisionThreadOptions,
  opened?: AsyncDisposableStack,
): Promise<VisionThread> {
  const thread = new VisionThread(options);
  opened?.defer(() => thread.close());
  await thread.loaded();
  return thread;
}

class VisionThread implements WatchedVision {
  #thread: Worker;
  #onFatal: VisionThreadOptions['onFatal'];
  #loading = Promise.withResolvers<void>();
  #isLoaded = false;
  #photos = 0;
  #inFlight = new Map<number, InFlight>();
  #closed: Promise<unknown> | undefined;
  /** What nobody caught in the thread. */
  #cause: unknown;
  #hasEnded = false;

  constructor({
    vision,
    memory,
    onFatal,
    script = new URL('./vision-thread.ts', import.meta.url),
  }: VisionThreadOptions) {
    const workerData: VisionThreadData = { vision, memory };
    this.#onFatal = onFatal;
    // Native code sees the environment of the process, not that of a thread: the two must be the same.
    this.#thread = new Worker(script, { workerData, name: 'vision', env: SHARE_ENV });
    this.#thread.on('message', (message: FromVision) => this.#hear(message));
    this.#thread.on('error', (error) => {
      this.#cause = error;
    });
    this.#thread.once('exit', () => this.#end());
  }

  async loaded(): Promise<void> {
    await this.#loading.promise;
    this.#isLoaded = true;
  }

  async estimate(requestId: string, photo: Buffer, wishes: LookOptions, onDecoded: () => void): Promise<Estimate> {
    if (this.#hasEnded) throw this.#ended();
    const number = ++this.#photos;
    const { promise, resolve, reject } = Promise.withResolvers<Estimate>();
    this.#inFlight.set(number, { onDecoded, resolve, reject });
    const given = alone(photo);
    this.#tell({ kind: 'look', number, requestId, photo: given, wishes }, [given.buffer]);
    return await promise;
  }

  async close(): Promise<void> {
    if (this.#hasEnded) return;
    this.#closed ??= once(this.#thread, 'exit');
    this.#tell({ kind: 'close' });
    await this.#closed;
  }

  #tell(message: ToVision, given: ArrayBuffer[] = []): void {
    this.#thread.postMessage(message, given);
  }

  #hear(message: FromVision): void {
    switch (message.kind) {
      case 'loaded':
        this.#loading.resolve();
        break;
      case 'not loaded':
        this.#loading.reject(errorOf(message.error));
        break;
      case 'decoded':
        this.#inFlight.get(message.number)!.onDecoded();
        break;
      case 'done': {
        const picture = message.picture && asBuffer(message.picture);
        this.#take(message.number).resolve({ ...message.estimate, picture });
        break;
      }
      case 'failed':
        this.#take(message.number).reject(errorOf(message.error));
    }
  }

  #take(number: number): InFlight {
    const photo = this.#inFlight.get(number)!;
    this.#inFlight.delete(number);
    return photo;
  }

  #end(): void {
    this.#hasEnded = true;
    const error = new FatalError('vision_ended', GONE, { cause: this.#cause });
    this.#loading.reject(error);
    for (const number of [...this.#inFlight.keys()]) this.#take(number).reject(this.#ended());
    // After the photos have failed: a process that stops requeues its messages uncounted, and a photo that ends every thread
    // would come back for ever.
    if (this.#isLoaded && this.#closed === undefined) setImmediate(this.#onFatal, error);
  }

  #ended(): RetryableError {
    return new RetryableError('vision_ended', GONE, { cause: this.#cause });
  }
}

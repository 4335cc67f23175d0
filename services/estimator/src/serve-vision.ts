import { parentPort, workerData } from 'node:worker_threads';
import type { VisionOptions } from '@attrai/vision/load-vision';
import { giveBack } from '@attrai/vision/pixels';
import type { VisionInSteps } from '@attrai/vision/vision';
import { partsOf } from './error-parts.ts';
import { alone, asBuffer, type FromVision, type ToVision, type VisionThreadData } from './vision-thread-messages.ts';
import { WatchedPhoto } from './watched-photo.ts';
import { OwnVision } from './watched-vision.ts';

/**
 * Runs in the thread of `startVisionThread`: loads the vision and estimates the photos it is sent, until it is told to close.
 * A photo is decoded beside the one before, and looked at when that is done.
 */
export async function serveVision(load: (options: VisionOptions) => Promise<VisionInSteps>): Promise<void> {
  const { vision: options, memory } = workerData as VisionThreadData;
  try {
    const server = new VisionServer(new OwnVision(await load(options), new WatchedPhoto(memory)));
    parentPort!.on('message', (message: ToVision) => server.hear(message));
    say({ kind: 'loaded' });
  } catch (error) {
    say({ kind: 'not loaded', error: partsOf(error) });
  }
}

class VisionServer {
  #vision: OwnVision;

  constructor(vision: OwnVision) {
    this.#vision = vision;
  }

  async hear(message: ToVision): Promise<void> {
    if (message.kind === 'look') return await this.#look(message);
    await this.#vision.close();
    // With nothing left to wait for, the thread ends.
    parentPort!.unref();
  }

  async #look({ number, requestId, photo, wishes }: Extract<ToVision, { kind: 'look' }>): Promise<void> {
    try {
      const onDecoded = () => say({ kind: 'decoded', number });
      const { picture: drawn, ...estimate } = await this.#vision.estimate(
        requestId,
        asBuffer(photo),
        wishes,
        onDecoded,
      );
      const picture = drawn && alone(drawn);
      say({ kind: 'done', number, estimate, picture }, picture && [picture.buffer]);
    } catch (error) {
      say({ kind: 'failed', number, error: partsOf(error) });
    } finally {
      // By now it is in the old generation: left to the garbage collector, every seventh photo would cost a full collection.
      giveBack({ data: photo });
    }
  }
}

function say(message: FromVision, given: ArrayBuffer[] = []): void {
  parentPort!.postMessage(message, given);
}

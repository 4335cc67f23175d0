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
  const main = parentPort!;
  const say = (message: FromVision, given: ArrayBuffer[] = []) => main.postMessage(message, given);

  let vision: OwnVision;
  try {
    vision = new OwnVision(await load(options), new WatchedPhoto(memory));
  } catch (error) {
    say({ kind: 'not loaded', error: partsOf(error) });
    return;
  }

  async function look({ number, requestId, photo, wishes }: Extract<ToVision, { kind: 'look' }>): Promise<void> {
    try {
      const onDecoded = () => say({ kind: 'decoded', number });
      const { picture: drawn, ...estimate } = await vision.estimate(requestId, asBuffer(photo), wishes, onDecoded);
      const picture = drawn && alone(drawn);
      say({ kind: 'done', number, estimate, picture }, picture && [picture.buffer]);
    } catch (error) {
      say({ kind: 'failed', number, error: partsOf(error) });
    } finally {
      // By now it is in the old generation: left to the garbage collector, every seventh photo would cost a full collection.
      giveBack({ data: photo });
    }
  }

  main.on('message', async (message: ToVision) => {
    if (message.kind === 'look') return await look(message);
    await vision.close();
    // With nothing left to wait for, the thread ends.
    main.unref();
  });
  say({ kind: 'loaded' });
}

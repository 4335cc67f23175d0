import { parentPort, workerData } from 'node:worker_threads';
import type { VisionOptions } from '@attrai/vision/load-vision';
import { giveBack } from '@attrai/vision/pixels';
import type { VisionInSteps } from '@attrai/vision/vision';
import { partsOf } from './error-parts.ts';
import { photoInHand } from './photo-in-hand.ts';
import { alone, asBuffer, type FromVision, type ToVision, type VisionThreadData } from './vision-thread-messages.ts';
import { type WatchedVision, watchVision } from './watched-vision.ts';

/**
 * What a thread of `startVisionThread` runs: loads the vision and looks at the photos it is sent, until it is told to close.
 * A photo that has come is decoded beside the one before, and looked at when that is done, with no other thread asked.
 */
export async function serveVision(load: (options: VisionOptions) => Promise<VisionInSteps>): Promise<void> {
  const { vision: options, memory } = workerData as VisionThreadData;
  const main = parentPort!;
  const say = (message: FromVision, given: ArrayBuffer[] = []) => main.postMessage(message, given);

  let vision: WatchedVision;
  try {
    vision = watchVision(await load(options), photoInHand(memory));
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
      // It is too old by now to go with the young: the garbage collector would go through all of its memory for every seventh photo.
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

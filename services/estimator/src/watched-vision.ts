import type { Decoded, Estimate, LookOptions, VisionInSteps } from '@attrai/vision/vision';
import type { PhotoInHand } from './photo-in-hand.ts';

/** The vision of an estimator: photos wait for their turn, and the watchdog is told which one is looked at. */
export interface WatchedVision {
  /**
   * Decodes the photo at once, and looks at it when those asked for before are done. Only the time from then on counts for the
   * watchdog. `onDecoded` is called once, unless it can't be decoded. `photo` is given away: it may be empty afterwards.
   *
   * @throws also RetryableError `vision_ended`: the photo was not looked at to the end, and this process must go.
   */
  estimate(requestId: string, photo: Buffer, wishes: LookOptions, onDecoded: () => void): Promise<Estimate>;
  /** When all that were asked for are done. */
  close(): Promise<void>;
}

/** In the caller's own thread. */
export function watchVision(vision: VisionInSteps, inHand: PhotoInHand): WatchedVision {
  let last: Promise<unknown> = Promise.resolve();
  let closed: Promise<void> | undefined;

  async function look(requestId: string, decoding: Promise<Decoded>, wishes: LookOptions): Promise<Estimate> {
    inHand.take(requestId);
    try {
      return await vision.look(await decoding, wishes);
    } finally {
      inHand.putDown();
    }
  }

  return {
    estimate(requestId, photo, wishes, onDecoded) {
      // With no photo before it, it is in hand for the watchdog first: then comes what may not come to an end.
      const mine = last.then(() => look(requestId, decoding, wishes));
      const decoding = Promise.resolve().then(() => vision.decode(photo));
      decoding.then(onDecoded, () => {});
      last = mine.catch(() => {});
      return mine;
    },
    close() {
      closed ??= last.then(() => vision.close());
      return closed;
    },
  };
}

import type { Estimate, Vision } from '@attrai/vision/vision';
import type { PhotoInHand } from './photo-in-hand.ts';

/** The vision of an estimator: photos wait for their turn, and the watchdog is told which one is looked at. */
export interface WatchedVision {
  /**
   * As `Vision.estimate`, when those asked for before are done. Only the time spent on the photo itself counts for the
   * watchdog. `photo` is given away: it may be empty afterwards.
   *
   * @throws also RetryableError `vision_ended`: the photo was not looked at to the end, and this process must go.
   */
  estimate(requestId: string, photo: Buffer, onSeen: () => void): Promise<Estimate>;
  /** When all that were asked for are done. */
  close(): Promise<void>;
}

/** In the caller's own thread. */
export function watchVision(vision: Vision, inHand: PhotoInHand): WatchedVision {
  let last: Promise<unknown> = Promise.resolve();
  let closed: Promise<void> | undefined;

  async function look(requestId: string, photo: Buffer, onSeen: () => void): Promise<Estimate> {
    inHand.take(requestId);
    try {
      return await vision.estimate(photo, onSeen);
    } finally {
      inHand.putDown();
    }
  }

  return {
    estimate(requestId, photo, onSeen) {
      const mine = last.then(() => look(requestId, photo, onSeen));
      last = mine.catch(() => {});
      return mine;
    },
    close() {
      closed ??= last.then(() => vision.close());
      return closed;
    },
  };
}

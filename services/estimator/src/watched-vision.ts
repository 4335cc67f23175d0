import type { Decoded, Estimate, LookOptions, VisionInSteps } from '@attrai/vision/vision';
import type { WatchedPhoto } from './watched-photo.ts';

/** The vision of an estimator. Photos wait for their turn, and the watchdog watches the one that is estimated. */
export interface WatchedVision {
  /**
   * Decodes the photo at once, and finds and scores its faces when the photos before it are done. The watchdog counts only the
   * time from then on. `onDecoded` is called once, unless decoding fails. `photo` may be empty afterwards: its memory is handed
   * over.
   *
   * @throws what `Vision.estimate` throws; RetryableError `vision_ended`: the photo was not finished, and this process must end.
   */
  estimate(requestId: string, photo: Buffer, wishes: LookOptions, onDecoded: () => void): Promise<Estimate>;
  /** Waits for the photos it was given. */
  close(): Promise<void>;
}

/** A vision in the caller's own thread. */
export class OwnVision implements WatchedVision {
  #vision: VisionInSteps;
  #watched: WatchedPhoto;
  /** Settles when the last photo is done. */
  #last: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(vision: VisionInSteps, watched: WatchedPhoto) {
    this.#vision = vision;
    this.#watched = watched;
  }

  estimate(requestId: string, photo: Buffer, wishes: LookOptions, onDecoded: () => void): Promise<Estimate> {
    // Before decoding starts: a photo that need not wait is watched from its first byte on, since a decoder may hang.
    const mine = this.#last.then(() => this.#look(requestId, decoding, wishes));
    const decoding = Promise.resolve().then(() => this.#vision.decode(photo));
    decoding.then(onDecoded, () => {});
    this.#last = mine.catch(() => {});
    return mine;
  }

  close(): Promise<void> {
    this.#closed ??= this.#last.then(() => this.#vision.close());
    return this.#closed;
  }

  async #look(requestId: string, decoding: Promise<Decoded>, wishes: LookOptions): Promise<Estimate> {
    this.#watched.begin(requestId);
    try {
      return await this.#vision.look(await decoding, wishes);
    } finally {
      this.#watched.end();
    }
  }
}

import { FinalError } from '@attrai/contracts/errors';

/** Larger photos are refused before anything of them is decoded. */
export const MAX_PIXELS = 40_000_000;
/**
 * A progressive JPEG and an interlaced PNG must be held whole before they can be reduced: no more bytes than this. Most photos of
 * MAX_PIXELS are below; with more, one photo would take all the memory of an estimator's container.
 */
export const MAX_HELD_BYTES = 200_000_000;
/** Telegram hands out files up to 20 MB: a larger one is no photo of a user. */
export const MAX_BYTES = 20 * 2 ** 20;
/** A decoder that takes longer is stuck, or fed by somebody who wants it to be. */
export const MAX_SECONDS = 20;
/** With a tenth less at its end, a photo still shows whom it shows. */
const MAX_MISSING = 0.1;

/**
 * @param share of the picture that is missing, 0 to 1
 * @throws FinalError `unreadable`
 */
export function refuseIncomplete(share: number): void {
  if (share <= MAX_MISSING) return;
  throw new FinalError('unreadable', `${Math.round(100 * share)}% of the photo is missing or damaged`);
}

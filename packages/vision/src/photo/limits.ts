import { FinalError } from '@attrai/contracts/errors';

/** Larger photos are refused before decoding. */
export const MAX_PIXELS = 40_000_000;
/**
 * A progressive JPEG and an interlaced PNG must be held whole before they can be reduced. This limits the bytes for that. Most
 * photos of MAX_PIXELS need less. With more, one photo could take all the memory of an estimator's container.
 */
export const MAX_HELD_BYTES = 200_000_000;
/** More than Telegram's 20 MB, as a Bot API server of one's own has no such limit. */
export const MAX_BYTES = 50_000_000;
/** A decoder that takes longer hangs, perhaps on a hostile file. */
export const MAX_SECONDS = 20;
/** A photo that lacks a tenth at its end still shows its people. */
const MAX_MISSING = 0.1;

/**
 * @param share of the picture that is missing, 0 to 1
 * @throws FinalError `unreadable`
 */
export function refuseIncomplete(share: number): void {
  if (share <= MAX_MISSING) return;
  throw new FinalError('unreadable', `${Math.round(100 * share)}% of the photo is missing or damaged`);
}

import { FinalError } from '@attrai/contracts/errors';
import type { PhotoRef } from '@attrai/contracts/photo-ref';

/**
 * Throws FinalError `photo_store_mismatch` if the photo is in another kind of store than this process has. That is a mistake in
 * the configuration: the user gets an answer, and the operator a log line. A fatal error would let one stale message end every
 * process that takes it.
 */
export function refuseOtherStore(ref: PhotoRef, own: PhotoRef['store']): void {
  if (ref.store === own) return;
  throw new FinalError(
    'photo_store_mismatch',
    `A photo is in the store '${ref.store}', but this process has PHOTO_STORE=${own}. Set the same PHOTO_STORE for the bot and all estimators.`,
  );
}

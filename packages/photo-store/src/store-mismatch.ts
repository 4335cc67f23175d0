import { FinalError } from '@attrai/contracts/errors';
import type { PhotoRef } from '@attrai/contracts/photo-ref';

/**
 * A photo of another kind of store than this process has is no lost photo but a mistake in the configuration. Throws
 * FinalError `photo_store_mismatch`: its user is told, the operator reads why. Not fatal, as one stale message would
 * then end every process that takes it.
 */
export function refuseOtherStore(ref: PhotoRef, own: PhotoRef['store']): void {
  if (ref.store === own) return;
  throw new FinalError(
    'photo_store_mismatch',
    `A photo is in the store '${ref.store}', but this process has PHOTO_STORE=${own}. Set the same PHOTO_STORE for the bot and all estimators.`,
  );
}

import { FatalError } from '@attrai/contracts/errors';
import type { PhotoRef } from '@attrai/contracts/photo-ref';

/**
 * A photo of another kind of store than this process has is no lost photo but a mistake in the configuration, and every
 * photo would meet it. Throws FatalError `photo_store_mismatch`: the message is handed back, and the process ends.
 */
export function refuseOtherStore(ref: PhotoRef, own: PhotoRef['store']): void {
  if (ref.store === own) return;
  throw new FatalError(
    'photo_store_mismatch',
    `A photo is in the store '${ref.store}', but this process has PHOTO_STORE=${own}. Set the same PHOTO_STORE for the bot and all estimators.`,
  );
}

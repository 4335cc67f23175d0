import { FinalError } from '@attrai/contracts/errors';
import { photoRef } from '@attrai/contracts/photo-ref';
import type { PhotoStore } from './photo-store.ts';
import { refuseOtherStore } from './store-mismatch.ts';

/** Photos travel as attachments of the messages that name them. Nothing is shared or kept. */
export function createMessageStore(): PhotoStore {
  const refOf = (key: string) => photoRef.parse({ store: 'message', key });

  return {
    async put(key, bytes) {
      return { ref: refOf(key), attachment: bytes };
    },

    async get({ ref, attachment }) {
      refuseOtherStore(ref, 'message');
      if (attachment) return attachment;
      throw new FinalError('photo_missing', 'The message carries no photo.');
    },

    async delete() {},

    refOf,

    async check() {},

    async keys() {
      return [];
    },
  };
}

import { FinalError } from '@attrai/contracts/errors';
import { photoRef } from '@attrai/contracts/photo-ref';
import type { PhotoStore } from './photo-store.ts';
import { refuseOtherStore } from './store-mismatch.ts';

/** Photos travel as attachments of the messages that name them: nothing is shared, nothing is kept. */
export function createMessageStore(): PhotoStore {
  return {
    async put(key, bytes) {
      return { ref: photoRef.parse({ store: 'message', key }), attachment: bytes };
    },

    async get({ ref, attachment }) {
      refuseOtherStore(ref, 'message');
      if (attachment) return attachment;
      throw new FinalError('photo_missing', 'The message carries no photo.');
    },

    async delete() {},

    async keys() {
      return [];
    },
  };
}

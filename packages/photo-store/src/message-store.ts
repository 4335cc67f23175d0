import { FinalError } from '@attrai/contracts/errors';
import { photoRef } from '@attrai/contracts/photo-ref';
import type { PhotoStore } from './photo-store.ts';

/** Photos travel as attachments of the messages that name them: nothing is shared, nothing is kept. */
export function createMessageStore(): PhotoStore {
  return {
    async put(key, bytes) {
      return { ref: photoRef.parse({ store: 'message', key }), attachment: bytes };
    },

    async get({ ref, attachment }) {
      if (ref.store === 'message' && attachment) return attachment;
      throw new FinalError(
        'photo_missing',
        `The message carries no photo; its reference names the store '${ref.store}'.`,
      );
    },

    async delete() {},

    async keys() {
      return [];
    },
  };
}

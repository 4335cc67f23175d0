import { createMessageStore } from './message-store.ts';
import type { PhotoStore } from './photo-store.ts';
import { createVolumeStore } from './volume-store.ts';

/**
 * The photo store that PHOTO_STORE and PHOTO_DIR name. Throws RetryableError `store_unavailable` as the volume store does.
 *
 * @param variable as for `createVolumeStore`
 */
export async function openPhotoStore(kind: 'volume' | 'message', dir: string, variable?: string): Promise<PhotoStore> {
  return kind === 'volume' ? await createVolumeStore(dir, variable) : createMessageStore();
}

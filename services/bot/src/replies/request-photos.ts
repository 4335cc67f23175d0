import { keysOf, type PhotoRef } from '@attrai/contracts/photo-ref';
import type { PhotoStore } from '@attrai/photo-store/photo-store';

/** Ends the keys of pictures that wait in the inbox. */
const INBOX_SUFFIX = '.inbox';

export function inboxKey(requestId: string): string {
  return `${requestId}${INBOX_SUFFIX}`;
}

export interface PhotoFolders {
  /** Shared with the estimators. */
  photoStore: PhotoStore;
  /** The bot's own: pictures that came inside their message wait there. */
  inbox: PhotoStore;
}

/** Where the picture of a result lies. */
export function folderOf({ key }: PhotoRef, { photoStore, inbox }: PhotoFolders): PhotoStore {
  return key.endsWith(INBOX_SUFFIX) ? inbox : photoStore;
}

/** Deletes all photos and pictures of a request. An estimator that died may have left some, whatever the answer was. */
export async function deletePhotosOf(id: string, { photoStore, inbox }: PhotoFolders): Promise<void> {
  await inbox.delete(inbox.refOf(inboxKey(id)));
  await photoStore.delete(...Object.values(keysOf(id)).map(photoStore.refOf));
}

import { createHash } from 'node:crypto';
import type { FileVault } from './file-vault.ts';
import type { StoredFile } from './message.ts';
import { makePhotoSizes, makeSticker, type SizedPicture } from './photo-sizes.ts';

export interface Upload {
  name: string | undefined;
  mimeType: string;
  bytes: Buffer;
}

/** Photos whose sizes are cached. Load tests send the same few photos thousands of times. */
const SIZES_KEPT = 32;

export class MediaStore {
  readonly vault: FileVault;
  #made = new Map<string, Promise<SizedPicture[]>>();
  #sizes = new WeakMap<StoredFile, StoredFile[]>();

  constructor(vault: FileVault) {
    this.vault = vault;
  }

  /** Stores the sizes that Telegram makes of a photo, ascending. Throws UnusablePhoto. */
  async addPhoto(photo: Buffer): Promise<StoredFile[]> {
    const made = await this.#makeSizes(photo);
    const sizes = made.map(({ bytes, width, height }) =>
      this.vault.add({ kind: 'photo', extension: 'jpg', bytes, mimeType: 'image/jpeg', width, height }),
    );
    for (const size of sizes) this.#sizes.set(size, sizes);
    return sizes;
  }

  addDocument({ name, mimeType, bytes }: Upload): StoredFile {
    return this.vault.add({ kind: 'document', extension: extensionOf(name), bytes, mimeType, name });
  }

  /** Does not read the video, and stores a usual size for it. */
  addVideo({ name, mimeType, bytes }: Upload): StoredFile {
    const sides = { width: 1280, height: 720 };
    return this.vault.add({ kind: 'video', extension: extensionOf(name), bytes, mimeType, name, ...sides });
  }

  /** Stores a picture as a sticker. Throws UnusablePhoto. */
  async addSticker(picture: Buffer): Promise<StoredFile> {
    const made = await makeSticker(picture);
    return this.vault.add({ kind: 'sticker', extension: 'webp', mimeType: 'image/webp', ...made });
  }

  /** All sizes of the photo that `file` is a size of. */
  sizesOf(file: StoredFile): StoredFile[] | undefined {
    return this.#sizes.get(file);
  }

  #makeSizes(photo: Buffer): Promise<SizedPicture[]> {
    const hash = createHash('sha256').update(photo).digest('base64');
    const made = this.#made.get(hash) ?? makePhotoSizes(photo);
    this.#made.set(hash, made);
    if (this.#made.size > SIZES_KEPT) this.#made.delete(this.#made.keys().next().value!);
    return made;
  }
}

function extensionOf(name: string | undefined): string {
  return /\.([a-z0-9]{1,8})$/i.exec(name ?? '')?.[1]?.toLowerCase() ?? 'bin';
}

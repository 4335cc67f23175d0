import { createHash } from 'node:crypto';
import type { FileVault } from './file-vault.ts';
import type { StoredFile } from './message.ts';
import { makePhotoSizes, type SizedJpeg } from './photo-sizes.ts';

export interface Upload {
  name: string | undefined;
  mimeType: string;
  bytes: Buffer;
}

/** Load tests send the same few photos thousands of times: the sizes of so many are made once. */
const SIZES_KEPT = 32;

/** Turns uploads into kept photos and documents. */
export class MediaStore {
  readonly vault: FileVault;
  #made = new Map<string, Promise<SizedJpeg[]>>();
  #sizes = new WeakMap<StoredFile, StoredFile[]>();

  constructor(vault: FileVault) {
    this.vault = vault;
  }

  /** Keeps the sizes Telegram would make of a photo, ascending. Throws UnusablePhoto. */
  async addPhoto(photo: Buffer): Promise<StoredFile[]> {
    const made = await this.#makeSizes(photo);
    const sizes = made.map(({ bytes, width, height }) =>
      this.vault.add({ folder: 'photos', extension: 'jpg', bytes, mimeType: 'image/jpeg', width, height }),
    );
    for (const size of sizes) this.#sizes.set(size, sizes);
    return sizes;
  }

  addDocument({ name, mimeType, bytes }: Upload): StoredFile {
    const extension = /\.([a-z0-9]{1,8})$/i.exec(name ?? '')?.[1]?.toLowerCase() ?? 'bin';
    return this.vault.add({ folder: 'documents', extension, bytes, mimeType, name });
  }

  /** All sizes of the photo that `file` is one of; undefined if it is a document. */
  sizesOf(file: StoredFile): StoredFile[] | undefined {
    return this.#sizes.get(file);
  }

  #makeSizes(photo: Buffer): Promise<SizedJpeg[]> {
    const hash = createHash('sha256').update(photo).digest('base64');
    const made = this.#made.get(hash) ?? makePhotoSizes(photo);
    this.#made.set(hash, made);
    if (this.#made.size > SIZES_KEPT) this.#made.delete(this.#made.keys().next().value!);
    return made;
  }
}

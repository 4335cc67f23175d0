import { randomBytes } from 'node:crypto';
import type { StoredFile } from './message.ts';

/** Most bytes in memory. The oldest files are dropped first. */
const MAX_BYTES = 256 * 1024 * 1024;

interface NewFile
  extends Pick<StoredFile, 'kind' | 'mimeType'>,
    Partial<Pick<StoredFile, 'name' | 'width' | 'height'>> {
  extension: string;
  bytes: Buffer;
}

/** The files of all chats, in memory. Files that share a Buffer count once. */
export class FileVault {
  #files = new Map<string, { file: StoredFile; bytes: Buffer }>();
  #byPath = new Map<string, string>();
  #holders = new Map<Buffer, number>();
  #bytes = 0;
  #made = 0;
  #maxBytes: number;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get count(): number {
    return this.#files.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add({ bytes, extension, name, width, height, ...made }: NewFile): StoredFile {
    const file: StoredFile = {
      ...made,
      name,
      width,
      height,
      id: randomBytes(24).toString('base64url'),
      uniqueId: randomBytes(9).toString('base64url'),
      path: `${made.kind}s/file_${this.#made++}.${extension}`,
      size: bytes.length,
    };
    this.#files.set(file.id, { file, bytes });
    this.#byPath.set(file.path, file.id);
    this.#hold(bytes);
    while (this.#bytes > this.#maxBytes && this.#files.size > 1) this.#dropOldest();
    return file;
  }

  /** Undefined for a file that never existed or was dropped. */
  get(id: string): { file: StoredFile; bytes: Buffer } | undefined {
    return this.#files.get(id);
  }

  atPath(path: string): { file: StoredFile; bytes: Buffer } | undefined {
    return this.#files.get(this.#byPath.get(path) ?? '');
  }

  #hold(bytes: Buffer) {
    const holders = this.#holders.get(bytes) ?? 0;
    this.#holders.set(bytes, holders + 1);
    if (holders === 0) this.#bytes += bytes.length;
  }

  #dropOldest() {
    const [id, { file, bytes }] = this.#files.entries().next().value!;
    this.#files.delete(id);
    this.#byPath.delete(file.path);
    const holders = this.#holders.get(bytes)! - 1;
    if (holders > 0) {
      this.#holders.set(bytes, holders);
    } else {
      this.#holders.delete(bytes);
      this.#bytes -= bytes.length;
    }
  }
}

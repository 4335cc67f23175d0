import { randomBytes } from 'node:crypto';
import type { StoredFile } from './message.ts';

/** Most bytes kept in memory. The oldest files are dropped first. */
const MAX_BYTES = 256 * 1024 * 1024;

export interface NewFile {
  kind: StoredFile['kind'];
  extension: string;
  bytes: Buffer;
  mimeType: string;
  name?: string | undefined;
  width?: number;
  height?: number;
}

/** All files of all chats, in memory. Files that share one Buffer count once. */
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

  add(made: NewFile): StoredFile {
    const file: StoredFile = {
      id: randomBytes(24).toString('base64url'),
      uniqueId: randomBytes(9).toString('base64url'),
      kind: made.kind,
      path: `${made.kind}s/file_${this.#made++}.${made.extension}`,
      size: made.bytes.length,
      mimeType: made.mimeType,
      name: made.name,
      width: made.width,
      height: made.height,
    };
    this.#files.set(file.id, { file, bytes: made.bytes });
    this.#byPath.set(file.path, file.id);
    this.#hold(made.bytes);
    while (this.#bytes > this.#maxBytes && this.#files.size > 1) this.#dropOldest();
    return file;
  }

  /** The file and its bytes; undefined if there never was one or it had to go. */
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

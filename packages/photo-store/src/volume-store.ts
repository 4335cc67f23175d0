import { randomUUID } from 'node:crypto';
import { access, type FileHandle, mkdir, open, readdir, readFile, rename, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, FinalError, RetryableError } from '@attrai/contracts/errors';
import { type PhotoRef, photoRef } from '@attrai/contracts/photo-ref';
import type { Parcel, PhotoStore } from './photo-store.ts';
import { refuseOtherStore } from './store-mismatch.ts';

/**
 * The folder of unfinished files. `delete` lists this folder alone, so that it takes no longer with many photos in the store.
 * Keys do not begin with a dot.
 */
export const UNFINISHED_FOLDER = '.writing';
/** The key, a dot, and the id of the writer. */
const UNFINISHED = /^(?<key>.+)\.[0-9a-f-]{36}$/;
const keyOf = (unfinished: string) => UNFINISHED.exec(unfinished)?.groups?.key;

/**
 * Photos as files of a folder that bot and estimators share. Makes the folder if it isn't there.
 *
 * A process that dies while it writes leaves an unfinished file. `keys` lists its key, and `delete` deletes it.
 *
 * @param variable names the folder, for messages
 * @throws RetryableError `store_unavailable` if the folder can't be used. A full one can: photos leave it.
 */
export async function createVolumeStore(dir: string, variable = 'PHOTO_DIR'): Promise<VolumeStore> {
  const store = new VolumeStore(dir, variable);
  await store.prepare();
  return store;
}

export class VolumeStore implements PhotoStore {
  #dir: string;
  #unfinishedDir: string;
  #variable: string;
  /** The size of a photo that did not fit, in bytes, until there is room for it; 0 if there is none. */
  #didNotFit = 0;

  constructor(dir: string, variable: string) {
    this.#dir = dir;
    this.#unfinishedDir = join(dir, UNFINISHED_FOLDER);
    this.#variable = variable;
  }

  /** Makes the folder. */
  async prepare(): Promise<void> {
    await this.#graded(() => mkdir(this.#dir, { recursive: true, mode: 0o700 }));
    await this.check().catch((error) => {
      if (codeOf(error) !== 'store_full') throw error;
    });
  }

  async put(key: string, bytes: Buffer): Promise<Parcel> {
    const ref = this.refOf(key);
    const file = join(this.#unfinishedDir, `${key}.${randomUUID()}`);
    try {
      await this.#graded(async () => {
        await writeDurably(await this.#openNew(file), bytes);
        await rename(file, join(this.#dir, key)).catch((error) => this.#fineIfDeleted(error));
        await syncFolder(this.#dir);
      });
    } catch (error) {
      if (codeOf(error) === 'store_full') this.#didNotFit = bytes.length;
      await unlink(file).catch(() => {});
      throw error;
    }
    return { ref };
  }

  async get({ ref }: Parcel): Promise<Buffer> {
    const { key } = photoRef.parse(ref);
    refuseOtherStore(ref, 'volume');
    return await this.#graded(async () => {
      try {
        return await readFile(join(this.#dir, key));
      } catch (cause) {
        if (!hasCode(cause, 'ENOENT')) throw cause;
        throw new FinalError('photo_missing', 'The photo is no longer in the store.', { cause });
      }
    });
  }

  async delete(...refs: PhotoRef[]): Promise<void> {
    const named = refs.map((ref) => photoRef.parse(ref)).filter(({ store }) => store === 'volume');
    const keys = named.map(({ key }) => key);
    if (keys.length === 0) return;
    await this.#graded(async () => {
      const unfinished = (await this.#unfinishedFiles()).filter((name) => keys.some((key) => key === keyOf(name)));
      const files = [
        ...keys.map((key) => join(this.#dir, key)),
        ...unfinished.map((name) => join(this.#unfinishedDir, name)),
      ];
      await Promise.all(files.map((file) => unlink(file).catch(unlessCode('ENOENT'))));
    });
  }

  refOf(key: string): PhotoRef {
    return photoRef.parse({ store: 'volume', key });
  }

  async check(): Promise<void> {
    // Begins with a dot, as no photo's key does.
    const file = join(this.#dir, `.check.${randomUUID()}`);
    await this.#graded(async () => {
      try {
        await writeDurably(await open(file, 'wx', 0o600), Buffer.from('x'));
      } finally {
        await unlink(file).catch(() => {});
      }
      if (this.#didNotFit > 0) await this.#expectRoomAgain();
    });
  }

  async keys(): Promise<string[]> {
    const finished = await this.#graded(() => readdir(this.#dir));
    const unfinished = (await this.#graded(() => this.#unfinishedFiles())).map(keyOf);
    const names = new Set([...finished, ...unfinished]);
    return [...names].filter((name) => name !== undefined && photoRef.shape.key.safeParse(name).success) as string[];
  }

  /** Makes the folder of unfinished files if it is missing. */
  async #openNew(file: string): Promise<FileHandle> {
    const attempt = () => open(file, 'wx', 0o600);
    return attempt().catch(async (error) => {
      if (!hasCode(error, 'ENOENT')) throw error;
      // Not recursive: if the store's own folder is gone, a volume is missing.
      await mkdir(this.#unfinishedDir, { mode: 0o700 }).catch(unlessCode('EEXIST'));
      return attempt();
    });
  }

  async #unfinishedFiles(): Promise<string[]> {
    try {
      return await readdir(this.#unfinishedDir);
    } catch (error) {
      await this.#fineIfDeleted(error);
      return [];
    }
  }

  /** The key was deleted while it was being written. That counts as deleted afterwards. */
  async #fineIfDeleted(error: unknown): Promise<void> {
    if (!hasCode(error, 'ENOENT')) throw error;
    await access(this.#dir);
  }

  /** Room for a byte is not room for a photo. */
  async #expectRoomAgain(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#dir);
    if (bavail * bsize < this.#didNotFit) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
    this.#didNotFit = 0;
  }

  async #graded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      if (cause instanceof FinalError) throw cause;
      const { code = 'no code' } = cause as NodeJS.ErrnoException;
      const [grade, advice] = PROBLEMS[code] ?? UNKNOWN;
      const message = `${this.#variable} (${this.#dir}) ${advice}, or set ${this.#variable} to another folder (${code}).`;
      throw new RetryableError(grade, message, { cause });
    }
  }
}

const FULL = ['store_full', 'is full: give its volume more space'] as const;
const FORBIDDEN = ['store_unavailable', "can't be written to by this process: give its user the right"] as const;
const NO_FOLDER = ['store_unavailable', 'is no folder: take the file away that is in its place'] as const;
const UNKNOWN = ['store_unavailable', "can't be used: see that it is there and this process may write to it"] as const;

/** What an error of the system means: our code, and what to do. */
const PROBLEMS: Record<string, readonly [code: string, advice: string]> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EROFS: ['store_unavailable', 'is read-only: mount it for writing'],
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
  ENOENT: ['store_unavailable', 'is gone: mount its volume, or make the folder again'],
  EISDIR: ['store_unavailable', 'has a folder where a photo should be: take that away'],
  ENOTDIR: NO_FOLDER,
  EEXIST: NO_FOLDER,
};

/** The bytes must be on the disk before their message is published, so that no photo is lost with the power. */
async function writeDurably(handle: FileHandle, bytes: Buffer): Promise<void> {
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/** Writes the folder to the disk, and with it the new name of a renamed file. */
async function syncFolder(dir: string): Promise<void> {
  // Windows can't do it. Some file systems can't either: EINVAL.
  if (process.platform === 'win32') return;
  const handle = await open(dir);
  try {
    await handle.sync().catch(unlessCode('EINVAL'));
  } finally {
    await handle.close();
  }
}

function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}

function unlessCode(code: string): (error: unknown) => void {
  return (error) => {
    if (!hasCode(error, code)) throw error;
  };
}

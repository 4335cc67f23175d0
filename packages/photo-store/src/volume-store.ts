import { randomUUID } from 'node:crypto';
import { access, type FileHandle, mkdir, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FinalError, RetryableError } from '@attrai/contracts/errors';
import { photoRef } from '@attrai/contracts/photo-ref';
import type { PhotoStore } from './photo-store.ts';
import { refuseOtherStore } from './store-mismatch.ts';

/**
 * The folder of unfinished files. `delete` lists this folder alone, so that it takes no longer with many photos in the store.
 * Keys do not begin with a dot.
 */
export const UNFINISHED_FOLDER = '.writing';
/** The key, a dot, and the id of the writer. */
const UNFINISHED = /^(?<key>.+)\.[0-9a-f-]{36}$/;
const unfinishedName = (key: string) => `${key}.${randomUUID()}`;
const keyOf = (unfinished: string) => UNFINISHED.exec(unfinished)?.groups?.key;

/**
 * Photos as files of a folder that bot and estimators share. Makes the folder if it isn't there.
 *
 * A process that dies while it writes leaves an unfinished file. `keys` lists its key, and `delete` deletes it.
 *
 * @throws RetryableError `store_unavailable` if the folder can't be used.
 */
export async function createVolumeStore(dir: string): Promise<PhotoStore> {
  await graded('prepare', () => mkdir(dir, { recursive: true, mode: 0o700 }));
  const unfinishedDir = join(dir, UNFINISHED_FOLDER);
  const refOf = (key: string) => photoRef.parse({ store: 'volume', key });

  /** The key was deleted while it was being written. That counts as deleted afterwards. */
  async function fineIfDeleted(error: NodeJS.ErrnoException): Promise<void> {
    if (error.code !== 'ENOENT') throw error;
    await access(dir);
  }

  async function unfinishedFiles(): Promise<string[]> {
    try {
      return await readdir(unfinishedDir);
    } catch (error) {
      await fineIfDeleted(error as NodeJS.ErrnoException);
      return [];
    }
  }

  /** Makes the folder of unfinished files if it is missing. */
  async function openNew(file: string): Promise<FileHandle> {
    const attempt = () => open(file, 'wx', 0o600);
    return attempt().catch(async (error) => {
      if (error.code !== 'ENOENT') throw error;
      // Not recursive: if the store's own folder is gone, a volume is missing.
      await mkdir(unfinishedDir, { mode: 0o700 }).catch(unlessCode('EEXIST'));
      return attempt();
    });
  }

  return {
    async put(key, bytes) {
      const ref = refOf(key);
      const temp = join(unfinishedDir, unfinishedName(key));
      try {
        await graded('write to', async () => {
          await writeDurably(await openNew(temp), bytes);
          await rename(temp, join(dir, key)).catch(fineIfDeleted);
          await syncFolder(dir);
        });
      } catch (error) {
        await unlink(temp).catch(() => {});
        throw error;
      }
      return { ref };
    },

    async get({ ref }) {
      const { key } = photoRef.parse(ref);
      refuseOtherStore(ref, 'volume');
      return await graded('read from', () => readFile(join(dir, key)));
    },

    async delete(...refs) {
      const named = refs.map((ref) => photoRef.parse(ref)).filter(({ store }) => store === 'volume');
      const keys = named.map(({ key }) => key);
      if (keys.length === 0) return;
      await graded('delete from', async () => {
        const unfinished = (await unfinishedFiles()).filter((name) => keys.some((key) => key === keyOf(name)));
        const files = [...keys.map((key) => join(dir, key)), ...unfinished.map((name) => join(unfinishedDir, name))];
        await Promise.all(files.map((file) => unlink(file).catch(unlessCode('ENOENT'))));
      });
    },

    refOf,

    async keys() {
      const finished = await graded('list', () => readdir(dir));
      const unfinished = (await graded('list', unfinishedFiles)).map(keyOf);
      const names = new Set([...finished, ...unfinished]);
      return [...names].filter((name) => name !== undefined && photoRef.shape.key.safeParse(name).success) as string[];
    },
  };
}

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

function unlessCode(code: string): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (error.code !== code) throw error;
  };
}

async function graded<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new RetryableError('store_full', 'The photo store is full. Give the volume of PHOTO_DIR more space.', {
        cause,
      });
    }
    if (code === 'ENOENT' && doing === 'read from') throw missing('The photo is no longer in the store.', cause);
    const message = `Can't ${doing} the photo store (${code}). See that PHOTO_DIR is there and this process may write to it.`;
    throw new RetryableError('store_unavailable', message, { cause });
  }
}

function missing(message: string, cause?: unknown): FinalError {
  return new FinalError('photo_missing', message, { cause });
}

import { randomUUID } from 'node:crypto';
import { access, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FinalError, RetryableError } from '@attrai/contracts/errors';
import { photoRef } from '@attrai/contracts/photo-ref';
import type { PhotoStore } from './photo-store.ts';
import { refuseOtherStore } from './store-mismatch.ts';

/** What is being written, by key: a leading dot, which no key may have, the key and a dot, and what tells writers apart. */
const UNFINISHED = /^\.writing-(?<key>.+)\.[0-9a-f-]{36}$/;
const unfinishedName = (key: string) => `.writing-${key}.${randomUUID()}`;

/**
 * Photos as files of a folder that bot and estimators share. Makes the folder if it isn't there.
 *
 * A process that dies while it writes leaves an unfinished file, which goes when its key is deleted. It counts among
 * the keys.
 *
 * @throws RetryableError `store_unavailable` if the folder can't be used.
 */
export async function createVolumeStore(dir: string): Promise<PhotoStore> {
  await graded('prepare', () => mkdir(dir, { recursive: true, mode: 0o700 }));

  /** Its key was deleted while it was being written: as if that had come right after. */
  async function fineIfDeleted(error: NodeJS.ErrnoException): Promise<void> {
    if (error.code !== 'ENOENT') throw error;
    await access(dir);
  }

  return {
    async put(key, bytes) {
      const ref = photoRef.parse({ store: 'volume', key });
      const temp = join(dir, unfinishedName(key));
      try {
        await graded('write to', async () => {
          await writeDurably(temp, bytes);
          await rename(temp, join(dir, key)).catch(fineIfDeleted);
        });
      } catch (error) {
        await rm(temp, { force: true }).catch(() => {});
        throw error;
      }
      return { ref };
    },

    async get({ ref }) {
      const { key } = photoRef.parse(ref);
      refuseOtherStore(ref, 'volume');
      return await graded('read from', () => readFile(join(dir, key)));
    },

    async delete(ref) {
      const { key } = photoRef.parse(ref);
      if (ref.store !== 'volume') return;
      await graded('delete from', async () => {
        const unfinished = (await readdir(dir)).filter((name) => UNFINISHED.exec(name)?.groups?.key === key);
        for (const name of [key, ...unfinished]) await rm(join(dir, name), { force: true });
      });
    },

    async keys() {
      const names = await graded('list', () => readdir(dir));
      const keys = names.map((name) => UNFINISHED.exec(name)?.groups?.key ?? name);
      return [...new Set(keys)].filter((key) => !key.startsWith('.'));
    },
  };
}

/** The bytes are on the disk before the message that names them goes out: a host that dies then loses neither. */
async function writeDurably(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
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

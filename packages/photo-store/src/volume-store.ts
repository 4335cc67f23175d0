import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FinalError, RetryableError } from '@attrai/contracts/errors';
import { photoRef } from '@attrai/contracts/photo-ref';
import type { PhotoStore } from './photo-store.ts';

/** Files under way have a leading dot, which no key may have. */
const TEMP_PREFIX = '.writing-';
/** No write takes so long: an older temporary file was left by a process that died. */
const LEFTOVER_MS = 10 * 60_000;

/**
 * Photos as files of a folder that bot and estimators share. Makes the folder if it isn't there and clears away
 * temporary files that dead processes left.
 *
 * @throws RetryableError `store_unavailable` if the folder can't be used.
 */
export async function createVolumeStore(dir: string): Promise<PhotoStore> {
  await graded('prepare', async () => {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await clearLeftovers(dir);
  });

  return {
    async put(key, bytes) {
      const ref = photoRef.parse({ store: 'volume', key });
      const temp = join(dir, TEMP_PREFIX + randomUUID());
      try {
        await graded('write to', async () => {
          await writeDurably(temp, bytes);
          await rename(temp, join(dir, key));
        });
      } catch (error) {
        await rm(temp, { force: true }).catch(() => {});
        throw error;
      }
      return { ref };
    },

    async get({ ref }) {
      const { key } = photoRef.parse(ref);
      if (ref.store !== 'volume')
        throw missing(`The photo is in the store '${ref.store}', this process reads 'volume'.`);
      return await graded('read from', () => readFile(join(dir, key)));
    },

    async delete(ref) {
      const { key } = photoRef.parse(ref);
      if (ref.store === 'volume') await graded('delete from', () => rm(join(dir, key), { force: true }));
    },

    async keys() {
      const names = await graded('list', () => readdir(dir));
      return names.filter((name) => !name.startsWith('.'));
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

async function clearLeftovers(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    if (!name.startsWith(TEMP_PREFIX)) continue;
    const file = join(dir, name);
    // Another process may have finished or cleared it meanwhile.
    const written = await stat(file).catch(() => undefined);
    if (written && Date.now() - written.mtimeMs > LEFTOVER_MS) await rm(file, { force: true });
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

import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RetryableError } from '@attrai/contracts/errors';

/** Begins with a dot, as no photo's key does. */
export const VOLUME_MARK = '.of-the-bot';

/**
 * Marks an existing folder, that of PHOTO_DIR, as the one that the bot puts photos into. Can be repeated.
 *
 * @throws RetryableError `store_unavailable`
 */
export async function markVolume(dir: string): Promise<void> {
  if (await isVolumeMarked(dir)) return;
  const text = 'A bot of attrai puts photos into this folder. Estimators look for this file.\n';
  await writeFile(join(dir, VOLUME_MARK), text).catch((cause: NodeJS.ErrnoException) => {
    const message = `Can't write to PHOTO_DIR (${dir}, ${cause.code}). See that it has space and may be written to.`;
    throw new RetryableError('store_unavailable', message, { cause });
  });
}

/**
 * Whether a bot has marked the folder. If not, the bot has not started yet, or this is another volume: each node has its own
 * volume of a given name.
 */
export async function isVolumeMarked(dir: string): Promise<boolean> {
  return await access(join(dir, VOLUME_MARK)).then(
    () => true,
    () => false,
  );
}

import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Begins with a dot, as no photo's key does. */
export const VOLUME_MARK = '.of-the-bot';

/** Marks an existing folder as the one that the bot puts photos into. Can be repeated. */
export async function markVolume(dir: string): Promise<void> {
  await writeFile(
    join(dir, VOLUME_MARK),
    'A bot of attrai puts photos into this folder. Estimators look for this file.\n',
  );
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

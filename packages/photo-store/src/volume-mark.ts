import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Begins with a dot, as no photo's key does. */
export const VOLUME_MARK = '.of-the-bot';

/** Marks the folder, which must be there, as the one the bot puts photos into. Doing it again is harmless. */
export async function markVolume(dir: string): Promise<void> {
  await writeFile(
    join(dir, VOLUME_MARK),
    'A bot of attrai puts photos into this folder. Estimators look for this file.\n',
  );
}

/**
 * Whether a bot has marked the folder. On several nodes a volume of one name is a different one on each: an estimator
 * that sees no mark sees another volume than the bot, or the bot hasn't started yet.
 */
export async function isVolumeMarked(dir: string): Promise<boolean> {
  return await access(join(dir, VOLUME_MARK)).then(
    () => true,
    () => false,
  );
}

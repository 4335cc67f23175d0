import { pause } from '@attrai/contracts/back-off';
import { isVolumeMarked } from '@attrai/photo-store/volume-mark';
import type { Logger } from '@attrai/telemetry/logger';

const LOOK_EVERY_MS = 1_000;
const SAY_EVERY_MS = 60_000;

export const CANT_SEE_PHOTOS =
  "PHOTO_DIR is not the folder the bot puts photos into, or the bot hasn't started yet. If the bot runs on another node: " +
  'give both one shared volume, or set PHOTO_STORE=message for both';

/**
 * Waits until the bot's mark is in the folder, and logs once a minute what is missing. An estimator that sees another folder
 * would fail every photo that it takes from the queue.
 */
export async function untilPhotosCanBeSeen(dir: string, logger: Logger, stopping: AbortSignal): Promise<void> {
  let saidAt = Number.NEGATIVE_INFINITY;
  while (!stopping.aborted && !(await isVolumeMarked(dir))) {
    if (performance.now() - saidAt >= SAY_EVERY_MS) {
      saidAt = performance.now();
      logger.warn(CANT_SEE_PHOTOS);
    }
    await pause(LOOK_EVERY_MS, stopping);
  }
}

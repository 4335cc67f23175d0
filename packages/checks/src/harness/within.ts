import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until `happened` gives true, at the longest for `limitMs`. Resolves to whether it did. (To fail when
 * it did not, there is `waitUntil`.)
 */
export async function within(
  limitMs: number,
  happened: () => boolean | Promise<boolean>,
  everyMs = 500,
): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (!(await happened())) {
    if (Date.now() > end) return false;
    await sleep(everyMs);
  }
  return true;
}

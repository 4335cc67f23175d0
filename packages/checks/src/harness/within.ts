import { setTimeout as sleep } from 'node:timers/promises';

/** Calls `happened` until it returns true, for at most `limitMs`. Resolves to whether it did; `waitUntil` throws instead. */
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

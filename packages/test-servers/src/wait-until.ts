import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `happened` until it returns true. Throws `message` if it still returns false after `limitMs`. It is called at least once
 * after that limit, since a busy machine may stall for longer between two calls.
 */
export async function waitUntil(
  message: string,
  happened: () => boolean | Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    const isLast = Date.now() > end;
    if (await happened()) return;
    if (isLast) throw new Error(`${message} (waited ${limitMs / 1000} s)`);
    await sleep(25);
  }
}

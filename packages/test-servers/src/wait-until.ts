import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until `happened` gives true. Throws `message` when it still gives false after `limitMs`. It asks
 * once after that limit at the least: a machine may stand still for longer than that between two questions.
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

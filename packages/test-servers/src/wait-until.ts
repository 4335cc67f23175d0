import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until `happened` gives true. Throws `message` when it hasn't within `limitMs`. */
export async function waitUntil(
  message: string,
  happened: () => boolean | Promise<boolean>,
  limitMs = 30_000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await happened())) {
    if (Date.now() > end) throw new Error(`${message} (waited ${limitMs / 1000} s)`);
    await sleep(25);
  }
}

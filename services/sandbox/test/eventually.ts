import { expect } from 'vitest';

/** Expects something of `look()` that may still be on its way; patient, since machines can be busy. */
export function eventually<T>(look: () => T | Promise<T>) {
  return expect.poll(look, { timeout: 20_000 });
}

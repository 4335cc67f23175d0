import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backOffMs, pause } from '../src/back-off.ts';
import { RetryableError } from '../src/errors.ts';
import { patiently } from '../src/patiently.ts';

test('pauses double with each failure, up to the longest, and are never less than half of that', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), (failures) => {
      const full = Math.min(1_000, 100 * 2 ** (failures - 1));
      const ms = backOffMs([100, 1_000], failures);
      expect(ms).toBeGreaterThanOrEqual(full / 2);
      expect(ms).toBeLessThanOrEqual(full);
    }),
  );
});

test('a pause ends when its signal aborts, before it or meanwhile', async () => {
  const stopping = new AbortController();
  const waiting = pause(2 ** 30, stopping.signal);
  stopping.abort();
  await waiting;
  await pause(2 ** 30, stopping.signal);
});

test('patiently tries again after retryable errors, and gives up at any other', async () => {
  const outcomes = [new RetryableError('away', 'away'), new RetryableError('away', 'away'), new Error('broken')];
  const work = async () => {
    throw outcomes.shift();
  };
  await expect(patiently(work, new AbortController().signal)).rejects.toThrow('broken');
  expect(outcomes).toEqual([]);
});

import { expect, onTestFinished, test, vi } from 'vitest';
import { waitUntil } from '../src/wait-until.ts';

test('asks again until it has happened, and gives up after its limit', async () => {
  let asked = 0;
  await waitUntil('it did not happen', () => ++asked === 3);
  await expect(waitUntil('it never happens', () => false, 50)).rejects.toThrow('it never happens (waited 0.05 s)');
});

test('asks once more when the whole limit passed between two questions', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  let asked = 0;
  await waitUntil('it stood still', () => {
    asked += 1;
    if (asked === 1) vi.setSystemTime(Date.now() + 60_000);
    return asked === 2;
  });
});

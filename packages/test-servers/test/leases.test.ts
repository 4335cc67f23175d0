import { expect, test } from 'vitest';
import { lendOut } from '../src/leases.ts';

function twoPlaces() {
  const emptied: string[] = [];
  const leases = lendOut({
    limit: 2,
    make: async (number) => `place-${number}`,
    empty: async (url) => void emptied.push(url),
  });
  return { leases, emptied };
}

test('lends each place to one at a time, and makes them only when needed', async () => {
  const { leases, emptied } = twoPlaces();
  expect(await leases.lease()).toBe('place-1');
  leases.giveBack('place-1');
  expect(await leases.lease()).toBe('place-1');
  expect(await leases.lease()).toBe('place-2');
  expect(emptied).toEqual(['place-1']);
});

test('keeps who comes when all are lent waiting until one is given back, and empties it before', async () => {
  const { leases, emptied } = twoPlaces();
  await leases.lease();
  await leases.lease();
  const third = leases.lease();
  expect(await Promise.race([third, 'waits'])).toBe('waits');
  leases.giveBack('place-2');
  expect(await third).toBe('place-2');
  expect(emptied).toEqual(['place-2']);
});

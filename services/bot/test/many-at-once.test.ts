import { waitUntil } from '@attrai/test-servers/wait-until';
import { expect, test } from 'vitest';
import { png } from './png.ts';
import { openWorld, PHOTO } from './world.ts';

const PEOPLE = 24;
const SLOW_MS = 4_000;

const everybody = Array.from({ length: PEOPLE }, (_, i) => i + 1);

test('pictures go out side by side: none waits for one that Telegram takes its time for', async () => {
  await using world = await openWorld();
  for (const method of ['sendPhoto', 'editMessageMedia']) {
    await world.page.break({ method, kind: 'delay', delay_ms: SLOW_MS, times: PEOPLE });
  }
  for (const user of everybody) await world.page.send(user, { photo: PHOTO });
  const answered = async () =>
    (await Promise.all(everybody.map((user) => world.page.fromBot(user)))).flat().filter(({ photo_url }) => photo_url);
  await waitUntil('they were not sent side by side', async () => {
    const { sendPhoto = 0, editMessageMedia = 0 } = (await world.page.stats()).calls;
    return sendPhoto + editMessageMedia === PEOPLE;
  });
  expect(await answered()).toEqual([]);
  await waitUntil('not all were answered', async () => (await answered()).length === PEOPLE, 2 * SLOW_MS);
  await world.untilNothingIsLeft();
});

test('photos come in side by side', async () => {
  await using world = await openWorld({ limits: { maxPhotoBytes: 20_000_000 } });
  await world.page.break({ method: 'getFile', kind: 'delay', delay_ms: SLOW_MS, times: PEOPLE });
  for (const user of everybody) await world.page.send(user, { photo: PHOTO });
  const fetched = async () => (await world.page.stats()).calls.getFile === PEOPLE;
  await waitUntil('they were not fetched side by side', fetched);
  expect(world.requests).toEqual([]);
  await waitUntil('not all came in', () => world.requests.length === PEOPLE, 2 * SLOW_MS);
  await world.untilNothingIsLeft();
});

test('of large files only two are in memory at once', async () => {
  await using world = await openWorld({ limits: { maxPhotoBytes: 20_000_000 } });
  await world.page.break({ method: 'getFile', kind: 'delay', delay_ms: 1_000, times: 5 });
  const bytes = Buffer.concat([png(200, 100, 60), Buffer.alloc(15_000_000)]);
  for (let user = 1; user <= 5; user++) {
    await world.page.send(user, { document: { bytes, name: 'large.png', type: 'image/png' } });
  }
  const inMemory: number[] = [];
  await waitUntil(
    'not all came in',
    async () => {
      const done = world.requests.length;
      const { getFile = 0 } = (await world.page.stats()).calls;
      if (world.requests.length === done) inMemory.push(getFile - done);
      return done === 5;
    },
    20_000,
  );
  // One more may be on its way to the estimator.
  expect(Math.max(...inMemory)).toBeLessThanOrEqual(3);
  expect(Math.max(...inMemory)).toBeGreaterThanOrEqual(2);
});

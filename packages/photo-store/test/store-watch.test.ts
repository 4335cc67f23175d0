import { rmSync, writeFileSync } from 'node:fs';
import { SmallVolume } from '@attrai/test-servers/small-volume';
import { expect, onTestFinished, test } from 'vitest';
import { StoreWatch } from '../src/store-watch.ts';
import { createVolumeStore } from '../src/volume-store.ts';

const soon = { timeout: 10_000 };

/** A store on a small volume, watched closely. */
async function watchSmallVolume() {
  const volume = new SmallVolume();
  onTestFinished(() => volume.takeAway());
  volume.mount();
  const store = await createVolumeStore(volume.dir, 'INBOX_DIR');
  return { volume, store, ...watch(store) };
}

function watch(store: { check(): Promise<void> }) {
  const warned: string[] = [];
  const logger = { warn: (message: string) => void warned.push(message), info: () => {} };
  const watch = new StoreWatch({ stores: { INBOX_DIR: store }, logger, everyMs: 20 });
  onTestFinished(() => watch.stop());
  return { watch, warned, problem: () => expect.poll(() => watch.problem, soon) };
}

test('a volume that is full, read-only or gone is a problem with what to do, in one line a minute, until it is mended', async ({
  skip,
}) => {
  skip(SmallVolume.refused !== undefined, SmallVolume.refused);
  const { volume, warned, problem } = await watchSmallVolume();
  await problem().toBeUndefined();
  volume.fill();
  await problem().toMatch(/^INBOX_DIR \(\/.*\) is full: give its volume more space, or set INBOX_DIR to .*ENOSPC/);
  volume.empty();
  await problem().toBeUndefined();
  await volume.remount('ro');
  await problem().toMatch(/is read-only: mount it for writing, or set INBOX_DIR to another folder \(EROFS\)/);
  await volume.remount('rw');
  await problem().toBeUndefined();
  volume.takeAway();
  await problem().toMatch(/is gone: mount its volume/);
  volume.bringBack();
  await problem().toBeUndefined();
  expect(warned).toEqual([expect.stringMatching(/^photos can't be stored: INBOX_DIR .* is full/)]);
});

test('a volume without room for the photo that came last is full, until there is room', async ({ skip }) => {
  skip(SmallVolume.refused !== undefined, SmallVolume.refused);
  const { store, problem } = await watchSmallVolume();
  const { ref } = await store.put('first', Buffer.alloc(150_000));
  await expect(store.put('second', Buffer.alloc(150_000))).rejects.toMatchObject({ code: 'store_full' });
  await problem().toMatch(/is full/);
  await store.delete(ref);
  await problem().toBeUndefined();
});

test('a file in the place of the folder is a problem', async () => {
  const volume = new SmallVolume();
  onTestFinished(() => volume.takeAway());
  const { problem } = watch(await createVolumeStore(volume.dir, 'INBOX_DIR'));
  rmSync(volume.dir, { recursive: true });
  writeFileSync(volume.dir, '');
  await problem().toMatch(/is no folder: take the file away/);
});

test('a disk that does not answer is a problem, and is not asked again meanwhile', async () => {
  const disk = Promise.withResolvers<void>();
  let asked = 0;
  const { problem } = watch({
    check() {
      asked += 1;
      return disk.promise;
    },
  });
  await problem().toMatch(/the disk of INBOX_DIR does not answer/);
  expect(asked).toBe(1);
  disk.resolve();
  await problem().toBeUndefined();
});

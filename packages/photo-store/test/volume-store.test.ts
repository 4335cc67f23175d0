import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SmallVolume } from '@attrai/test-servers/small-volume';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isVolumeMarked, markVolume } from '../src/volume-mark.ts';
import { createVolumeStore, UNFINISHED_FOLDER } from '../src/volume-store.ts';
import { describePhotoStore } from './conformance.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

function emptyFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'attrai-store-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Files being written, or left by those who died in writing. */
function unfinished(dir: string): string[] {
  const folder = join(dir, UNFINISHED_FOLDER);
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** All that lies there. */
function filesIn(dir: string): string[] {
  return [...readdirSync(dir).filter((name) => name !== UNFINISHED_FOLDER), ...unfinished(dir)];
}

/** Has a process of its own begin to store a photo under `key`, and kills it before the photo is whole. */
async function diesInWriting(dir: string, key: string): Promise<void> {
  const before = unfinished(dir).length;
  const store = new URL('../src/volume-store.ts', import.meta.url);
  const code = `const { createVolumeStore } = await import(${JSON.stringify(store)});
    const store = await createVolumeStore(${JSON.stringify(dir)});
    await store.put(${JSON.stringify(key)}, Buffer.alloc(1_500_000_000));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'ignore' });
  try {
    await expect.poll(() => unfinished(dir).length, { interval: 5 }).toBe(before + 1);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

describePhotoStore('volume', () => createVolumeStore(join(emptyFolder(), 'photos')));

describe('a volume store', () => {
  test.each(['../outside', '..', 'folder/../../outside', '/etc/hostname', '.hidden'])(
    'neither reads nor deletes what the key %j names, whoever made the reference',
    async (key) => {
      const parent = emptyFolder();
      const store = await createVolumeStore(join(parent, 'photos'));
      writeFileSync(join(parent, 'outside'), 'private');
      writeFileSync(join(parent, 'photos', '.hidden'), 'private');
      const ref = { store: 'volume' as const, key };
      await expect(store.get({ ref })).rejects.toThrow(/key/);
      await expect(store.delete(ref)).rejects.toThrow(/key/);
      expect(readFileSync(join(parent, 'outside'), 'utf8')).toBe('private');
      expect(readdirSync(join(parent, 'photos'))).toEqual(['.hidden']);
    },
  );

  test("shows the bot's mark to all who share the folder, and not among the photos", async () => {
    const dir = emptyFolder();
    const store = await createVolumeStore(dir);
    expect(await isVolumeMarked(dir)).toBe(false);
    await markVolume(dir);
    await markVolume(dir);
    expect(await isVolumeMarked(dir)).toBe(true);
    expect(await isVolumeMarked(emptyFolder())).toBe(false);
    expect(await store.keys()).toEqual([]);
  });

  test('is seen by every process that opens the same folder', async () => {
    const dir = emptyFolder();
    const parcel = await (await createVolumeStore(dir)).put('shared', Buffer.from('photo'));
    expect(parcel.attachment).toBeUndefined();
    const other = await createVolumeStore(dir);
    expect(String(await other.get(parcel))).toBe('photo');
    expect(await other.keys()).toEqual(['shared']);
  });

  test('keeps photos from other users of the machine', async () => {
    const dir = join(emptyFolder(), 'photos');
    await (await createVolumeStore(dir)).put('private', Buffer.from('photo'));
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, 'private')).mode & 0o777).toBe(0o600);
  });

  test('has a photo and its folder entry on the disk before put resolves', async () => {
    const dir = emptyFolder();
    const store = await createVolumeStore(dir);
    const handle = await open(dir);
    const prototype: FileHandle = Object.getPrototypeOf(handle);
    await handle.close();
    const steps: string[] = [];
    const { datasync, sync } = prototype;
    vi.spyOn(prototype, 'datasync').mockImplementation(async function (this: FileHandle) {
      await datasync.call(this);
      steps.push(`file of ${(await this.stat()).size} bytes, entry there: ${existsSync(join(dir, 'kept'))}`);
    });
    vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
      await sync.call(this);
      const isFolder = (await this.stat()).ino === statSync(dir).ino;
      steps.push(`folder: ${isFolder}, entry there: ${existsSync(join(dir, 'kept'))}`);
    });
    cleanups.push(() => vi.restoreAllMocks());
    await store.put('kept', Buffer.from('photo'));
    expect(steps).toEqual(['file of 5 bytes, entry there: false', 'folder: true, entry there: true']);
  });

  test('never shows half a photo, even while many replace each other', async () => {
    const store = await createVolumeStore(emptyFolder());
    const versions = Array.from({ length: 20 }, (_, i) => Buffer.alloc(300_000, i));
    const { ref } = await store.put('busy', versions[0]!);
    const writes = Promise.all(versions.map((version) => store.put('busy', version)));
    for (let i = 0; i < 40; i++) {
      const read = await store.get({ ref });
      expect(read.equals(versions[read[0]!]!)).toBe(true);
    }
    await writes;
    expect(await store.keys()).toEqual(['busy']);
  });

  test('deletes unfinished files along with their photo, and nothing else', async () => {
    const dir = emptyFolder();
    const store = await createVolumeStore(dir);
    await diesInWriting(dir, 'abc.photo');
    await diesInWriting(dir, 'abc.photo');
    await diesInWriting(dir, 'abc.photo.other');
    expect((await store.keys()).sort()).toEqual(['abc.photo', 'abc.photo.other']);
    const { ref } = await store.put('abc.photo', Buffer.from('whole'));
    await store.delete(ref);
    expect(await store.keys()).toEqual(['abc.photo.other']);
    await store.delete(store.refOf('abc.photo.other'));
    expect(filesIn(dir)).toEqual([]);
  });

  test('deletes several photos at once, with their unfinished files, and nothing else', async () => {
    const dir = emptyFolder();
    const store = await createVolumeStore(dir);
    await diesInWriting(dir, 'abc.photo');
    const refs = [];
    for (const key of ['abc.photo', 'abc.picture', 'other']) refs.push((await store.put(key, Buffer.from('x'))).ref);
    await store.delete(...refs.slice(0, 2), store.refOf('never-there'));
    expect(await store.keys()).toEqual(['other']);
  });

  test('treats a photo that is deleted while it is written as written and deleted', async () => {
    const dir = emptyFolder();
    const store = await createVolumeStore(dir);
    const writing = store.put('short-lived', Buffer.alloc(50_000_000));
    await expect.poll(() => unfinished(dir).length, { interval: 1 }).toBe(1);
    await store.delete(store.refOf('short-lived'));
    expect((await writing).ref).toEqual(store.refOf('short-lived'));
    expect(filesIn(dir)).toEqual([]);
  });

  test('goes on when its folder was emptied, and throws store_unavailable from delete when it is gone', async () => {
    const dir = emptyFolder();
    const store = await createVolumeStore(dir);
    await store.put('first', Buffer.from('x'));
    for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
    const { ref } = await store.put('second', Buffer.from('y'));
    expect(await store.keys()).toEqual(['second']);
    rmSync(dir, { recursive: true });
    await expect(store.delete(ref)).rejects.toMatchObject({ grade: 'retryable', code: 'store_unavailable' });
  });

  test('throws store_full when the disk is full, keeps its photos, and works again when there is space', async ({
    skip,
  }) => {
    skip(SmallVolume.refused !== undefined, SmallVolume.refused);
    const volume = new SmallVolume();
    const { dir } = volume;
    cleanups.push(() => volume.takeAway());
    volume.mount();
    const store = await createVolumeStore(dir);
    const { ref } = await store.put('first', Buffer.alloc(100_000, 1));
    await expect(store.put('second', Buffer.alloc(400_000, 2))).rejects.toMatchObject({
      grade: 'retryable',
      code: 'store_full',
    });
    await expect(store.put('first', Buffer.alloc(400_000, 2))).rejects.toMatchObject({ code: 'store_full' });
    expect(filesIn(dir)).toEqual(['first']);
    expect(readFileSync(join(dir, 'first')).equals(Buffer.alloc(100_000, 1))).toBe(true);

    await store.delete(ref);
    await store.put('second', Buffer.alloc(200_000, 2));
    expect(await store.keys()).toEqual(['second']);
  });

  test('can be opened when it is full, as photos leave it', async ({ skip }) => {
    skip(SmallVolume.refused !== undefined, SmallVolume.refused);
    const volume = new SmallVolume();
    cleanups.push(() => volume.takeAway());
    volume.mount();
    const { ref } = await (await createVolumeStore(volume.dir)).put('photo', Buffer.from('x'));
    volume.fill();
    const store = await createVolumeStore(volume.dir);
    await store.delete(ref);
    expect(await store.keys()).toEqual([]);
  });

  test('that may not be written to can not be opened, and names the variable of its folder', async ({ skip }) => {
    skip(SmallVolume.refused !== undefined, SmallVolume.refused);
    const volume = new SmallVolume();
    cleanups.push(() => volume.takeAway());
    volume.mount();
    await volume.remount('ro');
    await expect(createVolumeStore(volume.dir, 'INBOX_DIR')).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringMatching(/^INBOX_DIR \(.*\) is read-only.*set INBOX_DIR to another folder \(EROFS\)\.$/),
    });
  });

  test('throws store_unavailable when its folder is gone or cannot be made', async () => {
    const dir = emptyFolder();
    const store = await createVolumeStore(join(dir, 'photos'));
    rmSync(join(dir, 'photos'), { recursive: true });
    const unavailable = { grade: 'retryable', code: 'store_unavailable' };
    await expect(store.put('key', Buffer.from('x'))).rejects.toMatchObject(unavailable);
    await expect(store.keys()).rejects.toMatchObject(unavailable);
    writeFileSync(join(dir, 'file'), '');
    await expect(createVolumeStore(join(dir, 'file', 'photos'))).rejects.toMatchObject(unavailable);
  });
});

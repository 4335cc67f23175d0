import { describe, expect, test } from 'vitest';
import type { PhotoStore } from '../src/photo-store.ts';

/** What every photo store promises. `open` gives an empty one. */
export function describePhotoStore(name: string, open: () => Promise<PhotoStore>): void {
  describe(`photo store '${name}'`, () => {
    test('gives back the bytes that were put in', async () => {
      const store = await open();
      const bytes = Buffer.from([0, 1, 2, 255, 254, 0, 10, 13]);
      const parcel = await store.put('abc123.original', bytes);
      expect(parcel.ref).toEqual({ store: name, key: 'abc123.original' });
      expect((await store.get(parcel)).equals(bytes)).toBe(true);
    });

    test('keeps photos apart', async () => {
      const store = await open();
      const first = await store.put('first', Buffer.from('first'));
      const second = await store.put('second', Buffer.from('second'));
      expect(String(await store.get(first))).toBe('first');
      expect(String(await store.get(second))).toBe('second');
    });

    test('replaces what the same key held', async () => {
      const store = await open();
      await store.put('again', Buffer.from('a long first version'));
      const parcel = await store.put('again', Buffer.from('second'));
      expect(String(await store.get(parcel))).toBe('second');
    });

    test('takes an empty photo and one of 20 MB', async () => {
      const store = await open();
      const large = Buffer.alloc(20 * 1024 * 1024, 7);
      expect(await store.get(await store.put('empty', Buffer.alloc(0)))).toHaveLength(0);
      expect((await store.get(await store.put('large', large))).equals(large)).toBe(true);
    });

    test('holds nothing after everything was deleted, however often', async () => {
      const store = await open();
      const { ref } = await store.put('short-lived', Buffer.from('x'));
      await store.delete(ref);
      await store.delete(ref);
      expect(await store.keys()).toEqual([]);
    });

    test('passes its check, which leaves nothing', async () => {
      const store = await open();
      await store.check();
      expect(await store.keys()).toEqual([]);
    });

    test('knows the reference to what it holds under a key', async () => {
      const store = await open();
      const { ref } = await store.put('known', Buffer.from('x'));
      expect(store.refOf('known')).toEqual(ref);
      await store.delete(store.refOf('known'));
      expect(await store.keys()).toEqual([]);
      expect(() => store.refOf('../escape')).toThrow(/key/);
    });

    test('throws photo_missing for a parcel whose bytes are gone', async () => {
      const store = await open();
      const { ref } = await store.put('gone', Buffer.from('x'));
      await store.delete(ref);
      await expect(store.get({ ref })).rejects.toMatchObject({ grade: 'final', code: 'photo_missing' });
    });

    test('throws photo_store_mismatch, with what to set, for a parcel of the other kind of store', async () => {
      const store = await open();
      const other = name === 'volume' ? 'message' : 'volume';
      await store.put('there', Buffer.from('x'));
      const parcel = { ref: { store: other, key: 'there' }, attachment: Buffer.from('x') } as const;
      await expect(store.get(parcel)).rejects.toMatchObject({
        grade: 'final',
        code: 'photo_store_mismatch',
        message: expect.stringMatching(`PHOTO_STORE=${name}.*Set the same PHOTO_STORE`),
      });
    });

    test.each(['../escape', 'a/b', '/etc/passwd', '.hidden', '', 'UPPER', 'nul\0', 'x'.repeat(101)])(
      'refuses the key %j',
      async (key) => {
        const store = await open();
        await expect(store.put(key, Buffer.from('x'))).rejects.toThrow();
        expect(await store.keys()).toEqual([]);
      },
    );
  });
}

import { describe, expect, test } from 'vitest';
import type { AlbumPhoto, AlbumScores, AlbumTiming } from '../src/requests/album-scores.ts';

/** Gives an empty one. */
export type OpenAlbumScores = (timing: AlbumTiming) => Promise<AlbumScores>;

const AT_ONCE = { quietMs: 0, keepMs: 60_000 };
const ALBUM = { chatId: '-1001234567890123', albumId: '13874690123456789' };
const PLACE = { language: 'de' as const, topicId: '3' };
const photo = (messageId: number): AlbumPhoto => ({ ...ALBUM, messageId: String(messageId) });

/** What all albums' scores promise. */
export function describeAlbumScores(name: string, open: OpenAlbumScores): void {
  describe(`scores of albums ${name}`, () => {
    test('an album is given once, when its last photo was answered, in the order of its messages', async () => {
      const albums = await open(AT_ONCE);
      for (const id of [10, 9, 11]) await albums.joined(photo(id), PLACE);
      expect(await albums.finished()).toEqual([]);
      await albums.ended(photo(10), 6.25);
      await albums.ended(photo(11), null);
      expect(await albums.finished()).toEqual([]);
      await albums.ended(photo(9), 0);
      expect(await albums.finished()).toEqual([{ ...ALBUM, place: PLACE, scores: [0, 6.25, null] }]);
      expect(await albums.finished()).toEqual([]);
    });

    test('what is repeated changes nothing, nor does what comes after it was given', async () => {
      const albums = await open(AT_ONCE);
      for (let times = 0; times < 2; times++) await albums.joined(photo(1), PLACE);
      for (let times = 0; times < 2; times++) await albums.ended(photo(1), 5);
      await albums.joined(photo(1), PLACE);
      expect(await albums.finished()).toMatchObject([{ scores: [5] }]);
      await albums.ended(photo(1), 5);
      await albums.joined(photo(2), PLACE);
      await albums.ended(photo(2), 5);
      expect(await albums.finished()).toEqual([]);
    });

    test('two who ask at once are not given the same album', async () => {
      const albums = await open(AT_ONCE);
      await albums.joined(photo(1), PLACE);
      await albums.ended(photo(1), 5);
      const given = await Promise.all(Array.from({ length: 5 }, () => albums.finished()));
      expect(given.flat()).toHaveLength(1);
    });

    test('albums with the same name in two chats are two', async () => {
      const albums = await open(AT_ONCE);
      for (const chatId of ['1', '2']) await albums.joined({ ...photo(1), chatId }, PLACE);
      await albums.ended({ ...photo(1), chatId: '2' }, 5);
      expect(await albums.finished()).toMatchObject([{ chatId: '2' }]);
    });

    test('an album is not over as long as its messages come', async () => {
      const albums = await open({ quietMs: 400, keepMs: 60_000 });
      await albums.joined(photo(1), PLACE);
      await albums.ended(photo(1), 5);
      expect(await albums.finished()).toEqual([]);
      await albums.joined(photo(2), PLACE);
      await albums.ended(photo(2), 6);
      await expect.poll(() => albums.finished()).toMatchObject([{ scores: [5, 6] }]);
    });

    test('nothing is given of an album that is not known', async () => {
      const albums = await open(AT_ONCE);
      await albums.ended(photo(7), 5);
      expect(await albums.finished()).toEqual([]);
    });

    test('an album that is not whole in time is forgotten', async () => {
      const albums = await open({ quietMs: 0, keepMs: 50 });
      for (const id of [1, 2]) await albums.joined(photo(id), PLACE);
      await albums.ended(photo(1), 5);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await albums.ended(photo(2), 5);
      expect(await albums.finished()).toEqual([]);
    });
  });
}

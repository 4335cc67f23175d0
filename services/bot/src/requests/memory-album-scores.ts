import {
  type Album,
  type AlbumPhoto,
  type AlbumPlace,
  type AlbumScores,
  type AlbumTiming,
  type FinishedAlbum,
  inMessageOrder,
  MOST_ALBUMS_GIVEN,
} from './album-scores.ts';

interface Entry extends Album {
  place: AlbumPlace;
  /** By message; undefined until that is answered. */
  scores: Map<string, number | null | undefined>;
  isTold: boolean;
  /** When it is over if no more answers follow, ms since the epoch. */
  dueAt: number;
  keptUntil: number;
}

/** Albums in memory, for one process without Redis. */
export class MemoryAlbumScores implements AlbumScores {
  #timing: AlbumTiming;
  #albums = new Map<string, Entry>();

  constructor(timing: AlbumTiming) {
    this.#timing = timing;
  }

  async joined({ messageId, chatId, albumId }: AlbumPhoto, place: AlbumPlace): Promise<void> {
    const known = this.#albums.get(keyOf({ chatId, albumId }));
    const album = known ?? { chatId, albumId, place, scores: new Map(), isTold: false, dueAt: Infinity, keptUntil: 0 };
    this.#albums.set(keyOf(album), album);
    if (!album.scores.has(messageId)) album.scores.set(messageId, undefined);
    album.keptUntil = Date.now() + this.#timing.keepMs;
  }

  async ended({ messageId, ...of }: AlbumPhoto, score: number | null): Promise<void> {
    const album = this.#albums.get(keyOf(of));
    if (album === undefined || album.isTold) return;
    album.scores.set(messageId, score);
    album.dueAt = Date.now() + this.#timing.quietMs;
  }

  async finished(): Promise<FinishedAlbum[]> {
    const now = Date.now();
    for (const [key, { keptUntil }] of this.#albums) if (keptUntil <= now) this.#albums.delete(key);
    const due = [...this.#albums.values()].filter(({ dueAt, isTold }) => !isTold && dueAt <= now);
    const over = due.filter(({ scores }) => ![...scores.values()].includes(undefined)).slice(0, MOST_ALBUMS_GIVEN);
    return over.map((album) => {
      const { chatId, albumId, place, scores } = album;
      const ended = [...scores] as [string, number | null][];
      album.isTold = true;
      album.scores = new Map();
      return { chatId, albumId, place, scores: inMessageOrder(ended) };
    });
  }
}

function keyOf({ chatId, albumId }: Album): string {
  return `${chatId}:${albumId}`;
}

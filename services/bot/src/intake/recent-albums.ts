import type { Person, SentPhoto } from '../chat/wants.ts';

/** The messages of an album come one by one, some of them seconds later. */
const REMEMBER_MS = 20_000;
const MOST_ALBUMS = 1_000;
/** An album has ten. */
const MOST_PHOTOS = 10;

interface Album {
  /** Those that nobody has asked for one by one. */
  photos: SentPhoto[];
  askedBy?: Person;
  forgetting: NodeJS.Timeout;
}

/**
 * Albums that were sent to groups in the last 20 s. An album's caption belongs to one of its photos. When somebody asks for that
 * photo, the bot looks at the others too, in whatever order they come.
 */
export class RecentAlbums {
  #albums = new Map<string, Album>();

  /** A photo has come. Gives the photos to look at now, the oldest first. `from` is the one who asked. */
  take(photo: SentPhoto): SentPhoto[] {
    const { albumId, chatId, from, isForBot } = photo;
    if (albumId === undefined) return isForBot ? [photo] : [];
    const album = this.#albumOf(chatId, albumId);
    const others = album.photos.filter(({ messageId }) => messageId !== photo.messageId);
    if (isForBot) {
      album.askedBy ??= from;
      return [...others.map((other) => ({ ...other, from })), photo].sort(inOrder);
    }
    album.photos = [...others, photo].slice(-MOST_PHOTOS);
    return album.askedBy ? [{ ...photo, from: album.askedBy }] : [];
  }

  /** `from` has asked for the message `except` of the album. Gives the other photos that have come. */
  ask(chatId: string, albumId: string, { from, except }: { from: Person; except?: string | undefined }): SentPhoto[] {
    const album = this.#albumOf(chatId, albumId);
    album.askedBy ??= from;
    const others = album.photos.filter(({ messageId }) => messageId !== except);
    return others.map((other) => ({ ...other, from })).sort(inOrder);
  }

  #albumOf(chatId: string, albumId: string): Album {
    const key = `${chatId}:${albumId}`;
    const known = this.#albums.get(key);
    if (known) return known;
    if (this.#albums.size >= MOST_ALBUMS) this.#forget(this.#albums.keys().next().value!);
    const forgetting = setTimeout(() => this.#forget(key), REMEMBER_MS).unref();
    const album = { photos: [], forgetting };
    this.#albums.set(key, album);
    return album;
  }

  #forget(key: string): void {
    clearTimeout(this.#albums.get(key)?.forgetting);
    this.#albums.delete(key);
  }
}

function inOrder(a: SentPhoto, b: SentPhoto): number {
  return Number(a.messageId) - Number(b.messageId);
}

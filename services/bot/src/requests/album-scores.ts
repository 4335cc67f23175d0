import type { Language } from '../texts/language.ts';

/** `finished` gives at most this many albums at once. */
export const MOST_ALBUMS_GIVEN = 100;

export interface AlbumTiming {
  /** An album is over this long after its last answer, ms: its messages come one by one. */
  quietMs: number;
  /** How long an album is kept after its last photo came, ms: the time in which a photo is answered. */
  keepMs: number;
}

export interface Album {
  chatId: string;
  albumId: string;
}

export interface AlbumPhoto extends Album {
  messageId: string;
}

/** Where and how to tell of an album. */
export interface AlbumPlace {
  topicId?: string | undefined;
  language: Language;
}

export interface FinishedAlbum extends Album {
  place: AlbumPlace;
  /** The highest score in each photo, or null if it has none, in the order of the messages. */
  scores: (number | null)[];
}

/**
 * Scores of albums until their last photo is answered. Every method is atomic, also among several bots, and may be repeated. An
 * album is forgotten once it is told, and at the latest `keepMs` after its last photo came.
 */
export interface AlbumScores {
  /** A photo has come, or something that will get no score. Changes nothing if it came before, or if the album was told. */
  joined(photo: AlbumPhoto, place: AlbumPlace): Promise<void>;
  /** The photo was answered. Does nothing if the album isn't known. */
  ended(photo: AlbumPhoto, score: number | null): Promise<void>;
  /** Albums whose photos were all answered, none cancelled. Each is given once. Call it every second. */
  finished(): Promise<FinishedAlbum[]>;
}

export function inMessageOrder(scores: (readonly [messageId: string, score: number | null])[]): (number | null)[] {
  return scores.sort(([a], [b]) => Number(a) - Number(b)).map(([, score]) => score);
}

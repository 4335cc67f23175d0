import type { Language } from '../texts/language.ts';

/** `finished` gives so many at once. */
export const MOST_ALBUMS_GIVEN = 100;

export interface AlbumTiming {
  /** An album is over when its last answer was so long ago, ms: its messages come one by one. */
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
  /** Of each photo, in the order of their messages: the highest score in it, or null if there is none. */
  scores: (number | null)[];
}

/**
 * Scores of albums until their last photo is answered. Every method is atomic, also among several bots, and does no harm when it is
 * repeated. What is kept goes when the album is told, and at the latest `keepMs` after its last photo came.
 */
export interface AlbumScores {
  /** A photo, or something else that will get no score, has come. Changes nothing if it came before, or if the album was told. */
  joined(photo: AlbumPhoto, place: AlbumPlace): Promise<void>;
  /** It was answered. Of an album that isn't known nothing is kept. */
  ended(photo: AlbumPhoto, score: number | null): Promise<void>;
  /** Albums whose photos were all answered, so none of which a photo was cancelled. Each is given once. Ask every second. */
  finished(): Promise<FinishedAlbum[]>;
}

export function inMessageOrder(scores: (readonly [messageId: string, score: number | null])[]): (number | null)[] {
  return scores.sort(([a], [b]) => Number(a) - Number(b)).map(([, score]) => score);
}

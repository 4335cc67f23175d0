import { codeOf } from '@attrai/contracts/errors';
import { patiently } from '@attrai/contracts/patiently';
import type { Logger } from '@attrai/telemetry/logger';
import type { SmallTalk } from '../chat/small-talk.ts';
import type { SentOther, SentPhoto } from '../chat/wants.ts';
import type { RedisTroubles } from '../redis/redis-troubles.ts';
import type { AlbumScores, FinishedAlbum } from '../requests/album-scores.ts';
import { languageFor, TEXTS } from '../texts/languages.ts';
import type { Answer } from './reply-job.ts';

const EVERY_MS = 1_000;
/** An answer waits for the album's note: not for long. */
const PATIENCE_MS = 2_000;

export interface RankingParts {
  albums: AlbumScores;
  smallTalk: Pick<SmallTalk, 'say'>;
  troubles: Pick<RedisTroubles, 'note'>;
  logger: Logger;
  stopping: AbortSignal;
}

type InAlbum = Pick<SentPhoto, 'chatId' | 'messageId' | 'albumId'>;

/**
 * Tells of each album of a private chat, after its last answer, how its photos came out against each other. No answer waits or
 * fails for that: of an album whose notes were lost nothing is told, nor of one that isn't whole at its deadline or was cancelled.
 */
export class AlbumRanking {
  #parts: RankingParts;
  #timer: NodeJS.Timeout;
  #looking = false;

  constructor(parts: RankingParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** What comes in an album counts as a photo of it, so that people can number them. */
  async joined({ inPrivate, albumId, chatId, messageId, topicId, from }: SentPhoto | SentOther): Promise<void> {
    if (!inPrivate || albumId === undefined) return;
    const place = { language: languageFor(from.language), topicId };
    await this.#note(() => this.#parts.albums.joined({ chatId, albumId, messageId }, place));
  }

  /** It is answered, with the highest score in it; or gets none. */
  async ended({ albumId, chatId, messageId }: InAlbum, answer?: Answer): Promise<void> {
    if (albumId === undefined) return;
    await this.#note(() => this.#parts.albums.ended({ chatId, albumId, messageId }, highestScore(answer)));
  }

  async #note(note: () => Promise<void>): Promise<void> {
    const { stopping, logger } = this.#parts;
    await patiently(note, stopping, PATIENCE_MS).catch((err) =>
      logger.warn({ code: codeOf(err), err }, 'Could not note the scores of an album: it will not be ranked'),
    );
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const album of await this.#parts.albums.finished()) this.#tell(album);
    } catch (error) {
      this.#parts.troubles.note('for the scores of albums', error);
    }
    this.#looking = false;
  }

  #tell({ chatId, place: { language, topicId }, scores }: FinishedAlbum): void {
    if (scores.filter((score) => score !== null).length < 2) return;
    this.#parts.smallTalk.say({ chatId, topicId }, TEXTS[language].album(scores));
  }
}

function highestScore(answer: Answer | undefined): number | null {
  const scores = answer?.kind === 'scored' ? answer.faces.flatMap(({ score }) => score ?? []) : [];
  return scores.length === 0 ? null : Math.max(...scores);
}

import { codeOf } from '@attrai/contracts/errors';
import { patiently } from '@attrai/contracts/patiently';
import { Repeated } from '@attrai/contracts/repeated';
import type { Logger } from '@attrai/telemetry/logger';
import type { Answer } from '../answer.ts';
import type { SmallTalk } from '../chat/small-talk.ts';
import type { SentOther, SentPhoto } from '../chat/wants.ts';
import type { RedisTroubles } from '../redis/redis-troubles.ts';
import type { AlbumScores, FinishedAlbum } from '../requests/album-scores.ts';
import { languageFor, TEXTS } from '../texts/languages.ts';

const EVERY_MS = 1_000;
/** How long to wait for Redis: the answer waits too. */
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
 * Ranks the photos of each album of a private chat after its last answer. Answers don't depend on it. An album is not ranked if its
 * scores were lost, if it isn't complete at its deadline, or if a photo was cancelled.
 */
export class AlbumRanking {
  #parts: RankingParts;
  #looks: Repeated;

  constructor(parts: RankingParts) {
    this.#parts = parts;
    this.#looks = new Repeated(EVERY_MS, () => this.#look());
  }

  stop(): Promise<void> {
    return this.#looks.stop();
  }

  /** Everything in an album counts as a photo, so that its numbers are those that people see. */
  async joined({ inPrivate, albumId, chatId, messageId, topicId, from }: SentPhoto | SentOther): Promise<void> {
    if (!inPrivate || albumId === undefined) return;
    const place = { language: languageFor(from.language), topicId };
    await this.#note(() => this.#parts.albums.joined({ chatId, albumId, messageId }, place));
  }

  /** The message is answered. Without a scored answer it has no score. */
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
    try {
      for (const album of await this.#parts.albums.finished()) this.#tell(album);
    } catch (error) {
      this.#parts.troubles.note('for the scores of albums', error);
    }
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

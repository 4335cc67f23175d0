import type { AskedScore, Photo, PointedAt } from '../chat/wants.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import type { Envelope } from '../requests/envelope.ts';
import type { RequestBook } from '../requests/request-book.ts';
import { languageFor, TEXTS } from '../texts/languages.ts';
import type { Acceptance } from './accept-photo.ts';
import { type OfferParts, offerPhoto } from './offer-photo.ts';
import { refusalText } from './refusal.ts';
import { requestIdOf } from './request-id.ts';

export interface ScoreParts extends OfferParts {
  book: RequestBook<Envelope>;
  /** The bot's name on the network, without @. */
  username: string;
}

type PointedAtPhoto = PointedAt & { content: { photo: Photo } };

/** Offers the photos that somebody asks /score for, also those that were answered before. */
export class AskedScores {
  #parts: ScoreParts;
  #oneAtATime = new OneAtATime();

  constructor(parts: ScoreParts) {
    this.#parts = parts;
  }

  /** Resolves to the text for the one who asked; undefined if the photo is in work. Throws RetryableError if the update must come again. */
  async take(asked: AskedScore): Promise<string | undefined> {
    const { about, inPrivate, from } = asked;
    const texts = TEXTS[languageFor(from.language)];
    if (about === undefined) return texts.howToScore(this.#parts.username, inPrivate);
    if (about.isOurs) return texts.myOwn;
    const { content } = about;
    if ('photo' in content) {
      // Two who ask at the same time must not both make the first request.
      const photo = `${asked.chatId}:${about.messageId ?? asked.messageId}`;
      return this.#oneAtATime.run(photo, () => this.#takeOnce(asked, { ...about, content }));
    }
    return content.what === 'text' ? texts.howToScore(this.#parts.username, inPrivate) : texts.notAPhoto[content.what];
  }

  /** The book marks each message that asked, so that an update that comes twice asks once. */
  async #takeOnce(asked: AskedScore, about: PointedAtPhoto): Promise<string | undefined> {
    const { book, token } = this.#parts;
    const mark = requestIdOf(token, asked.chatId, asked.messageId, 'score');
    const [done] = await book.states([mark]);
    if (done !== undefined) return undefined;
    const acceptance = await this.#offerAnew(asked, about);
    await book.answered(mark);
    const language = languageFor(asked.from.language);
    if (typeof acceptance !== 'string') return refusalText(acceptance.refusal, language, this.#parts.limits);
    return acceptance === 'in_work' ? TEXTS[language].inWork : undefined;
  }

  /** A photo has one open request at a time, whoever asks. When all are over, it gets a new one. */
  async #offerAnew(asked: AskedScore, about: PointedAtPhoto): Promise<Acceptance> {
    const { book, token } = this.#parts;
    const { messageId = asked.messageId, spoiler, content } = about;
    const photo = { ...asked, ...content, messageId, spoiler };
    for (let before = 0; ; before++) {
      const again = before === 0 ? undefined : `score ${before}`;
      const [state] = await book.states([requestIdOf(token, asked.chatId, messageId, again)]);
      const acceptance = await offerPhoto(photo, this.#parts, again);
      if (acceptance === 'answered' || acceptance === 'cancelled') continue;
      return state !== undefined && acceptance === 'accepted' ? 'in_work' : acceptance;
    }
  }
}

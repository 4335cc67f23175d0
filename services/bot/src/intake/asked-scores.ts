import type { AskedScore, PointedAt, SentPhoto } from '../chat/wants.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import type { Envelope } from '../requests/envelope.ts';
import type { RequestBook } from '../requests/request-book.ts';
import { languageFor, TEXTS } from '../texts/languages.ts';
import type { Acceptance } from './accept-photo.ts';
import { type OfferParts, offerPhoto } from './offer-photo.ts';
import { requestIdOf } from './request-id.ts';

export interface ScoreParts extends OfferParts {
  book: RequestBook<Envelope>;
  /** The bot's name on the network, without @. */
  username: string;
}

type PointedAtPhoto = PointedAt & { content: Pick<SentPhoto, 'photo'> };

/** Takes on photos that somebody points at, also those that were answered before. */
export class AskedScores {
  #parts: ScoreParts;
  #oneAtATime = new OneAtATime();

  constructor(parts: ScoreParts) {
    this.#parts = parts;
  }

  /** Resolves to what to tell who asked, if the photo is not taken on. Throws RetryableError if it shall be asked again. */
  async take(asked: AskedScore): Promise<string | undefined> {
    const { about, inPrivate, from } = asked;
    const texts = TEXTS[languageFor(from.language)];
    if (about === undefined) return texts.howToScore(this.#parts.username, inPrivate);
    if (about.isOurs) return texts.myOwn;
    const { content } = about;
    if ('photo' in content) {
      // Two who ask at once must not both be the first.
      const photo = `${asked.chatId}:${about.messageId ?? asked.messageId}`;
      return this.#oneAtATime.run(photo, () => this.#takeOnce(asked, { ...about, content }));
    }
    return content.what === 'text' ? texts.howToScore(this.#parts.username, inPrivate) : texts.notAPhoto[content.what];
  }

  /** An update that comes again asks for nothing more: the book has a mark for each message that asked. */
  async #takeOnce(asked: AskedScore, about: PointedAtPhoto): Promise<string | undefined> {
    const { book, token } = this.#parts;
    const mark = requestIdOf(token, asked.chatId, asked.messageId, 'score');
    const [done] = await book.states([mark]);
    if (done !== undefined) return undefined;
    const acceptance = await this.#offerAnew(asked, about);
    await book.answered(mark);
    if (typeof acceptance !== 'string') return acceptance.refusal;
    return acceptance === 'in_work' ? TEXTS[languageFor(asked.from.language)].inWork : undefined;
  }

  /** A photo is in work once at a time, whoever asks; a request that is over is followed by another. */
  async #offerAnew(asked: AskedScore, about: PointedAtPhoto): Promise<Acceptance> {
    const { book, token } = this.#parts;
    const { messageId = asked.messageId, spoiler, content } = about;
    const photo: SentPhoto = { ...asked, kind: 'photo', ...content, messageId, spoiler, isForBot: true };
    for (let before = 0; ; before++) {
      const again = before === 0 ? undefined : `score ${before}`;
      const [state] = await book.states([requestIdOf(token, asked.chatId, messageId, again)]);
      const acceptance = await offerPhoto(photo, this.#parts, again);
      if (acceptance === 'answered' || acceptance === 'cancelled') continue;
      return state !== undefined && acceptance === 'accepted' ? 'in_work' : acceptance;
    }
  }
}

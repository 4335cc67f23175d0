import type { Logger } from '@attrai/telemetry/logger';
import type { Address } from './chat/chat.ts';
import type { SmallTalk } from './chat/small-talk.ts';
import type { AskedScore, SentOther, SentPhoto, Want } from './chat/wants.ts';
import { answerCommand, type CommandParts } from './commands/answer-command.ts';
import { AskedScores, type ScoreParts } from './intake/asked-scores.ts';
import { offerPhoto } from './intake/offer-photo.ts';
import { lookAgain, type PressParts } from './intake/press.ts';
import { RecentAlbums } from './intake/recent-albums.ts';
import type { AlbumRanking } from './replies/album-ranking.ts';
import { languageFor, TEXTS } from './texts/languages.ts';

export interface WantParts extends CommandParts, PressParts, ScoreParts {
  smallTalk: SmallTalk;
  ranking: Pick<AlbumRanking, 'joined' | 'ended'>;
  logger: Logger;
}

/**
 * Does what somebody wants. Private chats get an answer to everything a person says; groups only to commands and to photos that
 * are meant for the bot, with all of their album. A pressed button is answered anywhere.
 */
export class WantHandler {
  #parts: WantParts;
  #scores: AskedScores;
  #albums = new RecentAlbums();

  constructor(parts: WantParts) {
    this.#parts = parts;
    this.#scores = new AskedScores(parts);
  }

  /** Throws RetryableError for what shall come again. */
  async handle(want: Want): Promise<void> {
    const { smallTalk } = this.#parts;
    switch (want.kind) {
      case 'press':
        return smallTalk.answerPress(want.pressId, await lookAgain(want, this.#parts));
      case 'command': {
        const words = await answerCommand(want, this.#parts);
        if (words !== undefined) smallTalk.say(addressOf(want), words);
        return;
      }
      case 'score':
        return this.#score(want);
      case 'photo':
        return this.#offer(want.inPrivate ? [want] : this.#albums.take(want));
      case 'other':
        return this.#answerOther(want);
    }
  }

  async #score(want: AskedScore): Promise<void> {
    this.#reply(want, await this.#scores.take(want));
    const { chatId, from, about, inPrivate } = want;
    if (inPrivate || about?.albumId === undefined) return;
    await this.#offer(this.#albums.ask(chatId, about.albumId, { from, except: about.messageId }));
  }

  async #offer(photos: SentPhoto[]): Promise<void> {
    const { ranking } = this.#parts;
    for (const photo of photos) {
      await ranking.joined(photo);
      const acceptance = await offerPhoto(photo, this.#parts);
      if (typeof acceptance === 'string') continue;
      await ranking.ended(photo);
      this.#reply(photo, acceptance.refusal);
    }
  }

  async #answerOther(want: SentOther): Promise<void> {
    const { chatId, from, albumId, isForBot, inPrivate, what } = want;
    if (inPrivate) {
      await this.#parts.ranking.joined(want);
      await this.#parts.ranking.ended(want);
      return this.#reply(want, TEXTS[languageFor(from.language)].notAPhoto[what]);
    }
    if (isForBot && albumId !== undefined) await this.#offer(this.#albums.ask(chatId, albumId, { from }));
  }

  #reply(want: Exclude<Want, { kind: 'press' }>, words: string | undefined): void {
    if (words !== undefined) this.#parts.smallTalk.say({ ...addressOf(want), replyTo: want.messageId }, words);
  }
}

function addressOf({ chatId, topicId }: Exclude<Want, { kind: 'press' }>): Address {
  return { chatId, ...(topicId !== undefined && { topicId }) };
}

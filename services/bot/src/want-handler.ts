import type { Logger } from '@attrai/telemetry/logger';
import type { SmallTalk } from './chat/small-talk.ts';
import type { AskedScore, SentOther, SentPhoto, Want } from './chat/wants.ts';
import { answerCommand, type CommandParts } from './commands/answer-command.ts';
import { AskedScores, type ScoreParts } from './intake/asked-scores.ts';
import { offerPhoto } from './intake/offer-photo.ts';
import { lookAgain, type PressParts } from './intake/press.ts';
import { RecentAlbums } from './intake/recent-albums.ts';
import type { PhotoRefusal } from './intake/refusal.ts';
import type { Refusals } from './intake/refusals.ts';
import type { AlbumRanking } from './replies/album-ranking.ts';

export interface WantParts extends CommandParts, PressParts, ScoreParts {
  smallTalk: SmallTalk;
  ranking: Pick<AlbumRanking, 'joined' | 'ended'>;
  refusals: Pick<Refusals, 'gather'>;
  logger: Logger;
}

/**
 * Does what somebody wants. In private chats every message gets an answer. In groups only commands do, and photos that are for the
 * bot, with all of their album. A pressed button is answered everywhere.
 */
export class WantHandler {
  #parts: WantParts;
  #scores: AskedScores;
  #albums = new RecentAlbums();

  constructor(parts: WantParts) {
    this.#parts = parts;
    this.#scores = new AskedScores(parts);
  }

  /** Throws RetryableError if the update must come again. */
  async handle(want: Want): Promise<void> {
    const { smallTalk } = this.#parts;
    switch (want.kind) {
      case 'press':
        return smallTalk.answerPress(want.pressId, await lookAgain(want, this.#parts));
      case 'command': {
        const { chatId, topicId } = want;
        const words = await answerCommand(want, this.#parts);
        if (words !== undefined) smallTalk.say({ chatId, topicId }, words);
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
    const { chatId, topicId, messageId, from, about, inPrivate } = want;
    const words = await this.#scores.take(want);
    if (words !== undefined) this.#parts.smallTalk.say({ chatId, topicId, replyTo: messageId }, words);
    if (inPrivate || about?.albumId === undefined) return;
    await this.#offer(this.#albums.ask(chatId, about.albumId, { from, except: about.messageId }));
  }

  async #offer(photos: SentPhoto[]): Promise<void> {
    for (const photo of photos) await this.#parts.refusals.gather(photo, () => this.#refusalOf(photo));
  }

  async #refusalOf(photo: SentPhoto): Promise<PhotoRefusal | undefined> {
    const { ranking } = this.#parts;
    await ranking.joined(photo);
    const acceptance = await offerPhoto(photo, this.#parts);
    if (typeof acceptance === 'string') return undefined;
    await ranking.ended(photo);
    return acceptance.refusal;
  }

  async #answerOther(want: SentOther): Promise<void> {
    const { chatId, from, albumId, isForBot, inPrivate, what } = want;
    const { ranking, refusals } = this.#parts;
    if (inPrivate) {
      return refusals.gather(want, async () => {
        await ranking.joined(want);
        await ranking.ended(want);
        return { kind: what };
      });
    }
    if (isForBot && albumId !== undefined) await this.#offer(this.#albums.ask(chatId, albumId, { from }));
  }
}

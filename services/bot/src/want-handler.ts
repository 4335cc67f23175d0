import type { Logger } from '@attrai/telemetry/logger';
import type { SmallTalk } from './chat/small-talk.ts';
import type { SentOther, SentPhoto, Want } from './chat/wants.ts';
import { answerCommand, type CommandParts } from './commands/answer-command.ts';
import { offerPhoto } from './intake/offer-photo.ts';
import { lookAgain, type PressParts } from './intake/press.ts';
import { languageFor, TEXTS } from './texts/languages.ts';

export interface WantParts extends CommandParts, PressParts {
  smallTalk: SmallTalk;
  logger: Logger;
}

/**
 * Does what somebody wants. Private chats get an answer to everything a person says; groups only to commands and to photos that
 * are meant for the bot. A pressed button is answered anywhere.
 */
export class WantHandler {
  #parts: WantParts;

  constructor(parts: WantParts) {
    this.#parts = parts;
  }

  /** Throws RetryableError for a photo that shall come again. */
  async handle(want: Want): Promise<void> {
    const { smallTalk } = this.#parts;
    if (want.kind === 'press') return smallTalk.answerPress(want.pressId, await lookAgain(want, this.#parts));
    const { chatId, messageId, topicId } = want;
    const where = { chatId, ...(topicId !== undefined && { topicId }) };
    if (want.kind === 'command') {
      const words = await answerCommand(want, this.#parts);
      if (words !== undefined) smallTalk.say(where, words);
      return;
    }
    const refusal = await this.#refusalOf(want);
    if (refusal !== undefined) smallTalk.say({ ...where, replyTo: messageId }, refusal);
  }

  async #refusalOf(want: SentPhoto | SentOther): Promise<string | undefined> {
    if (want.kind === 'photo') {
      return want.inPrivate || want.isForBot ? offerPhoto(want, this.#parts) : undefined;
    }
    return want.inPrivate ? TEXTS[languageFor(want.from.language)].notAPhoto[want.what] : undefined;
  }
}

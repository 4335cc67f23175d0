import { codeOf, RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { PressedButton } from '../chat/wants.ts';
import { ADULTS, type UnsureFaces } from '../replies/adults-button.ts';
import type { ReplyTo } from '../requests/reply-to.ts';
import { languageFor, TEXTS } from '../texts/languages.ts';
import { chooseSize } from './choose-size.ts';
import type { OfferParts } from './offer-photo.ts';
import { requestIdOf } from './request-id.ts';

export interface PressParts extends OfferParts {
  unsureFaces: UnsureFaces;
  logger: Logger;
}

/**
 * The button below an answer was pressed: a new request of the photo that the answer replies to, which says that everybody in it is
 * an adult. Nothing is kept for it: the network tells which photo it was.
 *
 * Resolves to what to tell who pressed, also when it can't be worked on: a press never comes again by itself.
 */
export async function lookAgain(press: PressedButton, parts: PressParts): Promise<string> {
  const texts = TEXTS[languageFor(press.from.language)];
  try {
    return await offerAgain(press, parts);
  } catch (error) {
    // The gate has told of an outage.
    if (!(error instanceof RetryableError))
      parts.logger.error({ code: codeOf(error), err: error }, 'Could not do as asked');
    return texts.pressed.down;
  }
}

async function offerAgain({ from, data, answer, unreadable }: PressedButton, parts: PressParts): Promise<string> {
  const { token, gate, unsureFaces, limits } = parts;
  const language = languageFor(from.language);
  const texts = TEXTS[language];
  if (unreadable) return texts.pressed.down;
  if (data !== ADULTS) return texts.pressed.too_old;
  // Buttons stay below old answers.
  if (unsureFaces === 'refuse') return texts.pressed.off;
  if (answer === undefined) return texts.pressed.too_old;
  const { about, chatId, topicId, inPrivate } = answer;
  if (about === undefined) return texts.pressed.photo_gone;
  if (about.senderId !== from.id) return texts.pressed.not_sender;
  // An album's photos are messages of their own, each with its own answer.
  if (about.photo === undefined) return texts.pressed.photo_gone;
  const replyTo: ReplyTo = {
    userId: from.id,
    chatId,
    messageId: about.messageId,
    answerId: answer.messageId,
    language,
    ...(topicId !== undefined && { topicId }),
    ...(about.spoiler && { spoiler: about.spoiler }),
    ...(!inPrivate && { inGroup: true }),
  };
  // A photo that somebody asked for again has several answers.
  const id = requestIdOf(token, chatId, about.messageId, `${ADULTS} ${answer.messageId}`);
  const acceptance = await gate.accept(id, chooseSize(about.photo, limits.maxPhotoBytes), replyTo);
  return typeof acceptance === 'string' ? texts.pressed[acceptance] : acceptance.refusal;
}

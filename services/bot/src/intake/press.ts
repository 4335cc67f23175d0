import { codeOf, RetryableError } from '@attrai/contracts/errors';
import type { Logger } from '@attrai/telemetry/logger';
import type { PressedButton } from '../chat/wants.ts';
import { ADULTS, type UnsureFaces } from '../replies/adults-button.ts';
import { languageFor, TEXTS } from '../texts/languages.ts';
import { type OfferParts, offerPhoto } from './offer-photo.ts';
import { refusalText } from './refusal.ts';

export interface PressParts extends OfferParts {
  unsureFaces: UnsureFaces;
  logger: Logger;
}

/**
 * Somebody pressed the button below an answer. That makes a new request of the photo that the answer replies to, in which everybody
 * is an adult. Nothing is kept for it: the network tells which photo it was.
 *
 * Resolves to the text for the one who pressed, also after a failure: a press never comes again by itself.
 */
export async function lookAgain(press: PressedButton, parts: PressParts): Promise<string> {
  const texts = TEXTS[languageFor(press.from.language)];
  try {
    return await offerAgain(press, parts);
  } catch (error) {
    // The gate logs outages.
    if (!(error instanceof RetryableError))
      parts.logger.error({ code: codeOf(error), err: error }, 'Could not handle a pressed button');
    return texts.pressed.down;
  }
}

async function offerAgain({ from, data, answer, unreadable }: PressedButton, parts: PressParts): Promise<string> {
  const { unsureFaces, limits } = parts;
  const language = languageFor(from.language);
  const texts = TEXTS[language];
  if (unreadable) return texts.pressed.down;
  if (data !== ADULTS) return texts.pressed.too_old;
  // Buttons stay below old answers.
  if (unsureFaces === 'refuse') return texts.pressed.off;
  if (answer === undefined) return texts.pressed.too_old;
  const { about, chatId, messageId: answerId, topicId, inPrivate } = answer;
  if (about === undefined) return texts.pressed.photo_gone;
  if (about.senderId !== from.id) return texts.pressed.not_sender;
  const { messageId, photo, spoiler } = about;
  // An album's photos are messages of their own, each with its own answer.
  if (photo === undefined) return texts.pressed.photo_gone;
  const offered = { from, chatId, messageId, photo, inPrivate, topicId, spoiler, answerId };
  // The id of the answer is part of the request's id: a photo that was asked for again has several answers.
  const acceptance = await offerPhoto(offered, parts, `${ADULTS} ${answerId}`);
  return typeof acceptance === 'string' ? texts.pressed[acceptance] : refusalText(acceptance.refusal, language, limits);
}

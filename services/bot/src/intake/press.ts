import { codeOf, RetryableError } from '@attrai/contracts/errors';
import type { Language } from '@attrai/contracts/reply-to';
import type { Logger } from '@attrai/telemetry/logger';
import type { CallbackQuery, Message } from 'telegraf/types';
import { z } from 'zod';
import type { Limits } from '../limits/limits.ts';
import { ADULTS, type UnsureFaces } from '../replies/adults-button.ts';
import type { SmallTalk } from '../telegram/small-talk.ts';
import { languageFor, TEXTS } from '../texts/languages.ts';
import type { PhotoGate } from './accept-photo.ts';
import { readIncoming } from './incoming.ts';
import { answerable } from './intake-job.ts';
import { requestIdOf } from './request-id.ts';

export interface PressParts {
  token: string;
  gate: Pick<PhotoGate, 'accept'>;
  smallTalk: Pick<SmallTalk, 'say' | 'answerPress'>;
  unsureFaces: UnsureFaces;
  limits: Limits;
  logger: Logger;
}

/** What Telegram promises of a press: without it nobody could be answered. */
const answerablePress = z.object({
  id: z.string().min(1),
  from: z.object({ id: z.int(), language_code: z.string().optional().catch(undefined) }),
});

/**
 * What the bot does when the button below an answer is pressed: a new request of the photo that the answer replies to, which says
 * that everybody in it is an adult. Nothing is kept for it: Telegram sends the photo's message along.
 *
 * Every press is answered, also one that can't be worked on; it never comes again by itself, as its user would wait meanwhile.
 */
export function createPressHandler(parts: PressParts): (press: CallbackQuery) => Promise<void> {
  const { token, gate, smallTalk, unsureFaces, limits, logger } = parts;

  async function lookAgain(press: CallbackQuery, userId: number, language: Language): Promise<string> {
    const texts = TEXTS[language];
    const { message: answer } = press;
    if (!('data' in press) || press.data !== ADULTS) return texts.pressed.too_old;
    // Buttons stay below old answers.
    if (unsureFaces === 'refuse') return texts.pressed.off;
    if (answer === undefined || answer.date === 0) return texts.pressed.too_old;
    const photo = 'reply_to_message' in answer ? answer.reply_to_message : undefined;
    if (photo === undefined) return texts.pressed.photo_gone;
    if (!isSender(userId, photo)) return texts.pressed.not_sender;
    // An album's photos are messages of their own, each with its own answer.
    const incoming = readIncoming(photo, limits.maxPhotoBytes);
    if (incoming.kind !== 'photo') return texts.pressed.photo_gone;

    const chatId = answer.chat.id;
    const { to } = answerable.parse({
      fileId: incoming.fileId,
      to: { userId, chatId, messageId: photo.message_id, answerId: answer.message_id, language },
    });
    const acceptance = await gate.accept(requestIdOf(token, chatId, photo.message_id, ADULTS), incoming, to);
    return typeof acceptance === 'string' ? texts.pressed[acceptance] : acceptance.refusal;
  }

  return async (press) => {
    const { id, from } = answerablePress.parse(press);
    const language = languageFor(from.language_code);
    let words = TEXTS[language].pressed.down;
    try {
      words = await lookAgain(press, from.id, language);
    } catch (error) {
      // The gate has told of an outage.
      if (!(error instanceof RetryableError))
        logger.error({ code: codeOf(error), err: error }, 'Could not do as asked');
    }
    smallTalk.answerPress(id, words);
  };
}

/**
 * Whether this user sent the photo. One that was sent in the name of a channel or of the group itself (`sender_chat`) is nobody's
 * here: a press comes from a person, and Telegram doesn't tell which of the admins the photo is from.
 */
function isSender(userId: number, photo: Pick<Message, 'from' | 'sender_chat'>): boolean {
  return photo.sender_chat === undefined && photo.from?.id === userId;
}

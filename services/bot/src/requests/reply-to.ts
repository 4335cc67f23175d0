import type { Envelope } from '@attrai/contracts/envelope';
import { estimateRequest } from '@attrai/contracts/request';
import { estimateResult } from '@attrai/contracts/result';
import { z } from 'zod';
import type { Address } from '../chat/chat.ts';
import { LANGUAGES, type Language } from '../texts/language.ts';

/** Ids travel as numbers where they are whole numbers, as version 0.1 has them. */
const id = z.union([z.int(), z.string().min(1)]).transform(String);

/** What is so is said, what isn't is left out. */
const flag = z.literal(true).optional();

/** Whom to answer, and where. Ids are the chat network's own. */
export const replyTo = z.object({
  userId: id,
  chatId: id,
  /** The user's message that holds the photo. */
  messageId: id,
  /** In messages and jobs of older bots only; newer ones have it in the book. It is deleted once the answer is there. */
  placeholderId: id.optional(),
  /** The bot's answer whose button was pressed: a new picture takes its place. */
  answerId: id.optional(),
  topicId: id.optional(),
  albumId: id.optional(),
  /** The photo was hidden until it is touched; its picture is, too. */
  spoiler: flag,
  inGroup: flag,
  /** Of a newer bot it may be one that this one doesn't speak. */
  language: z.string().transform((code): Language => LANGUAGES.find((language) => language === code) ?? 'en'),
});

export type ReplyTo = z.output<typeof replyTo>;

/** Messages whose user can be answered. */
export const answerableRequest = estimateRequest.extend({ replyTo });
export const answerableResult = estimateResult.extend({ replyTo });

/** Where its answer goes. */
export function addressOf({ chatId, messageId, topicId, spoiler }: ReplyTo): Address {
  return { chatId, replyTo: messageId, topicId, spoiler };
}

/** As it travels. */
export function toEnvelope(replyTo: ReplyTo): Envelope {
  const said = Object.entries(replyTo).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, isWhole(value) ? Number(value) : value]],
  );
  return Object.fromEntries(said);
}

/** Those that version 0.1 knows. New ones don't belong here. */
const RELEASED_LANGUAGES = ['en', 'ru', 'es'];

/** In the words of version 0.1, without what it doesn't know. The answer is in the user's language all the same: the book has it. */
export function toPlainEnvelope({ userId, chatId, messageId, placeholderId, language }: ReplyTo): Envelope {
  const known = RELEASED_LANGUAGES.includes(language) ? language : 'en';
  return toEnvelope({ userId, chatId, messageId, placeholderId, language: known });
}

function isWhole(value: string | boolean): boolean {
  return String(Number(value)) === value && Number.isSafeInteger(Number(value));
}

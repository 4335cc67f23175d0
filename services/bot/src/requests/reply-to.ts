import type { Envelope } from '@attrai/contracts/envelope';
import { estimateRequest } from '@attrai/contracts/request';
import { estimateResult } from '@attrai/contracts/result';
import { z } from 'zod';
import type { Address } from '../chat/chat.ts';
import { LANGUAGES, type Language } from '../texts/language.ts';

/** Ids travel as numbers where they are whole numbers, as version 0.1 has them. */
const id = z.union([z.int(), z.string().min(1)]).transform(String);

const flag = z.literal(true).optional();

/** Whom to answer, and where. Ids are the chat network's own. */
export const replyTo = z.object({
  userId: id,
  chatId: id,
  /** The user's message that holds the photo. */
  messageId: id,
  /** Only in messages and jobs of older bots; now the book has it. It is deleted once the answer is there. */
  placeholderId: id.optional(),
  /** The bot's answer whose button was pressed. The new picture takes its place. */
  answerId: id.optional(),
  topicId: id.optional(),
  albumId: id.optional(),
  /** The photo is hidden until it is touched, and so is its picture. */
  spoiler: flag,
  inGroup: flag,
  /** A newer bot may name one that this bot doesn't speak. */
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

/** As it travels: without undefined fields, whole numbers as numbers. */
export function toEnvelope(replyTo: ReplyTo): Envelope {
  const said = Object.entries(replyTo).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, isWhole(value) ? Number(value) : value]],
  );
  return Object.fromEntries(said);
}

/** Those of version 0.1. Add none. */
const RELEASED_LANGUAGES = ['en', 'ru', 'es'];

/** As version 0.1 can read it. The answer is in the user's language all the same, which the book knows. */
export function toPlainEnvelope({ userId, chatId, messageId, placeholderId, language }: ReplyTo): Envelope {
  const known = RELEASED_LANGUAGES.includes(language) ? language : 'en';
  return toEnvelope({ userId, chatId, messageId, placeholderId, language: known });
}

function isWhole(value: string | boolean): boolean {
  return String(Number(value)) === value && Number.isSafeInteger(Number(value));
}

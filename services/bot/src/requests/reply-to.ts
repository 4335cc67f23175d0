import { type Envelope, LANGUAGES, type Language } from '@attrai/contracts/reply-to';
import { estimateRequest } from '@attrai/contracts/request';
import { estimateResult } from '@attrai/contracts/result';
import { z } from 'zod';

/** Ids travel as numbers where they are whole numbers, as version 0.1 has them. */
const id = z.union([z.int(), z.string().min(1)]).transform(String);

/** Whom to answer, and where. Ids are the chat network's own. */
export const replyTo = z.object({
  userId: id,
  chatId: id,
  /** The user's message that holds the photo. */
  messageId: id,
  /** The bot's placeholder, to be edited into the answer. Absent if it could not be sent. */
  placeholderId: id.optional(),
  /** The bot's answer whose button was pressed: a new picture takes its place. */
  answerId: id.optional(),
  /** Of a newer bot it may be one that this one doesn't speak. */
  language: z.string().transform((code): Language => LANGUAGES.find((language) => language === code) ?? 'en'),
});

export type ReplyTo = z.output<typeof replyTo>;

/** Messages whose user can be answered. */
export const answerableRequest = estimateRequest.extend({ replyTo });
export const answerableResult = estimateResult.extend({ replyTo });

/** As it travels. */
export function toEnvelope({ language, ...ids }: ReplyTo): Envelope {
  const travelling = Object.entries(ids).flatMap(([name, id]) =>
    id === undefined ? [] : [[name, isWhole(id) ? Number(id) : id]],
  );
  return { ...Object.fromEntries(travelling), language };
}

/** Those that version 0.1 knows. New ones don't belong here. */
const RELEASED_LANGUAGES = ['en', 'ru', 'es'];

/** In the words of version 0.1, without what it doesn't know. The answer is in the user's language all the same: the book has it. */
export function toPlainEnvelope({ answerId: _, ...known }: ReplyTo): Envelope {
  const language = RELEASED_LANGUAGES.includes(known.language) ? known.language : 'en';
  return toEnvelope({ ...known, language });
}

function isWhole(id: string): boolean {
  return String(Number(id)) === id && Number.isSafeInteger(Number(id));
}

import { z } from 'zod';
import type { Entity, FormattedText } from '../chat/message.ts';
import { badRequest } from './api-error.ts';
import { parseHtml } from './html-text.ts';
import type { Params } from './params.ts';

/** Limits of https://core.telegram.org/bots/api, in characters after the parsing of entities. */
export const MAX_TEXT = 4096;
export const MAX_CAPTION = 1024;

const entityList = z.array(
  z.object({
    type: z.string(),
    offset: z.int().min(0),
    length: z.int().min(1),
    url: z.string().optional(),
    language: z.string().optional(),
  }),
);

/** The text of a message. Throws ApiError if it is empty or too long. */
export function readText(params: Params): FormattedText {
  const text = format(params.string('text') ?? '', params.string('parse_mode'), params.json('entities'));
  if (text.text === '') throw badRequest('message text is empty');
  if (characters(text.text) > MAX_TEXT) throw badRequest('message is too long');
  return text;
}

/** A caption. Throws ApiError if it is too long. `values` are those of the call or of an InputMedia. */
export function readCaption(values: Pick<Params, 'string' | 'json'>): FormattedText {
  const caption = format(values.string('caption') ?? '', values.string('parse_mode'), values.json('caption_entities'));
  if (characters(caption.text) > MAX_CAPTION) throw badRequest('message caption is too long');
  return caption;
}

/** Text that a user has typed, with commands and links as entities. */
export function plainText(typed: string): FormattedText {
  return withDetected(trimmed(unixLines(typed), []));
}

/** Number of characters, not of UTF-16 units. */
export function characters(text: string): number {
  return [...text].length;
}

function format(raw: string, parseMode: string | undefined, given: unknown): FormattedText {
  if (parseMode && parseMode.toLowerCase() !== 'html') {
    throw badRequest(`unsupported parse_mode (the sandbox knows HTML and entities, not ${parseMode})`);
  }
  if (parseMode) {
    const { text, entities } = parseHtml(unixLines(raw));
    return withDetected(trimmed(text, entities));
  }
  return withDetected(trimmed(unixLines(raw), readEntities(given)));
}

/** Multipart forms have CR LF as line breaks. */
function unixLines(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function readEntities(given: unknown): Entity[] {
  if (given === undefined) return [];
  const parsed = entityList.safeParse(given);
  if (!parsed.success) throw badRequest("can't parse entities: expected an Array of MessageEntity");
  return parsed.data;
}

/** Telegram removes white space around a text, and moves its entities. */
function trimmed(raw: string, entities: Entity[]): FormattedText {
  const text = raw.trim();
  const start = raw.length - raw.trimStart().length;
  const moved = entities.map((entity) => {
    const from = Math.max(entity.offset - start, 0);
    const to = Math.min(entity.offset + entity.length - start, text.length);
    return { ...entity, offset: from, length: to - from };
  });
  return { text, entities: moved.filter((entity) => entity.length > 0) };
}

function withDetected({ text, entities }: FormattedText): FormattedText {
  const found = [...detect(text, /(?<![\w/])\/[a-z]\w{0,31}(?:@\w{3,32})?/gi, 'bot_command')];
  found.push(...detect(text, /https?:\/\/[^\s<>"]+[^\s<>".,:;!?)]/gi, 'url'));
  const free = found.filter((entity) => !entities.some((other) => overlap(entity, other)));
  return { text, entities: [...entities, ...free].sort((a, b) => a.offset - b.offset) };
}

function detect(text: string, pattern: RegExp, type: string): Entity[] {
  return [...text.matchAll(pattern)].map((match) => ({ type, offset: match.index, length: match[0].length }));
}

function overlap(a: Entity, b: Entity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}

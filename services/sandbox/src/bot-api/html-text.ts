import type { Entity, FormattedText } from '../chat/message.ts';
import { badRequest } from './api-error.ts';

/** Tags by type of entity. */
const TAGS: Record<string, string[]> = {
  bold: ['b', 'strong'],
  italic: ['i', 'em'],
  underline: ['u', 'ins'],
  strikethrough: ['s', 'strike', 'del'],
  code: ['code'],
  pre: ['pre'],
  blockquote: ['blockquote'],
  spoiler: ['tg-spoiler'],
  text_link: ['a'],
};

const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** Parses Telegram's HTML style: https://core.telegram.org/bots/api#html-style. Throws ApiError as Telegram does. */
export function parseHtml(html: string): FormattedText {
  const open: { tag: string; entity: Entity }[] = [];
  const entities: Entity[] = [];
  let text = '';

  for (const [token] of html.matchAll(/<[^>]*>|[^<]+|</g)) {
    if (!token.startsWith('<')) {
      text += decode(token);
    } else if (token.startsWith('</')) {
      const tag = token.slice(2, -1).trim().toLowerCase();
      const last = open.pop();
      if (last?.tag !== tag) throw cantParse(`Unmatched end tag, found "</${tag}>"`);
      last.entity.length = text.length - last.entity.offset;
      if (last.entity.length > 0) entities.push(last.entity);
    } else {
      open.push(startTag(token, text.length));
    }
  }
  const unclosed = open.at(-1);
  if (unclosed) throw cantParse(`Can't find end tag corresponding to start tag "${unclosed.tag}"`);
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) };
}

function startTag(token: string, offset: number) {
  const tag = /^<([a-z-]+)/i.exec(token)?.[1]?.toLowerCase() ?? '';
  const type = Object.keys(TAGS).find((name) => TAGS[name]!.includes(tag));
  if (!type || !token.endsWith('>')) throw cantParse(`Unsupported start tag "${tag}"`);
  const href = tag === 'a' ? /\shref\s*=\s*["']?([^"'>\s]+)/i.exec(token)?.[1] : undefined;
  return { tag, entity: { type, offset, length: 0, ...(href !== undefined && { url: decode(href) }) } };
}

function decode(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(lt|gt|amp|quot));/gi, (whole, decimal, hex, name) => {
    if (name) return NAMED[name.toLowerCase()] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function cantParse(why: string) {
  return badRequest(`can't parse entities: ${why}`);
}

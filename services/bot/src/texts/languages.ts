import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { LANGUAGES, type Language } from './language.ts';
import { ru } from './ru.ts';
import type { Texts } from './texts.ts';

export const TEXTS: Record<Language, Texts> = { en, ru, es, de };

/** Whether captions have a decimal comma. The picture then has one too. */
export const HAS_DECIMAL_COMMA: Record<Language, boolean> = { en: false, ru: true, es: true, de: true };

/** The language for an IETF tag such as `ru-RU`; English for those the bot doesn't speak. */
export function languageFor(code: string | undefined): Language {
  const primary = code?.split(/[-_]/)[0]?.toLowerCase();
  return LANGUAGES.find((language) => language === primary) ?? 'en';
}

import type { NotAPhoto } from '../chat/wants.ts';
import type { Limits } from '../limits/limits.ts';
import type { Language } from '../texts/language.ts';
import { TEXTS } from '../texts/languages.ts';
import { inRanges } from '../texts/ranges.ts';

/** Why a photo is not taken on. */
export type PhotoRefusal =
  | { kind: 'too_large'; bytes: number }
  | { kind: 'too_small'; side: number }
  | { kind: 'too_many_active' }
  | { kind: 'too_often'; waitSeconds: number };

export type Refusal = PhotoRefusal | { kind: NotAPhoto };

/** The refused ones of photos that were sent at once. */
export interface LeftOut {
  /** Their places among all, from 1 on. */
  numbers: number[];
  sent: number;
}

/** What to say to a message that is refused. */
export function refusalText(refusal: Refusal, language: Language, limits: Limits): string {
  const texts = TEXTS[language];
  switch (refusal.kind) {
    case 'too_large':
      return texts.tooLarge(refusal.bytes, limits);
    case 'too_small':
      return texts.tooSmall(refusal.side, limits);
    case 'too_many_active':
      return texts.tooManyActive(limits);
    case 'too_often':
      return texts.tooOften(refusal.waitSeconds, limits);
    default:
      return texts.notAPhoto[refusal.kind];
  }
}

/** What to say once to several that are refused for the same reason; `refusal` is the last of them. */
export function severalRefusedText(
  refusal: Refusal,
  { numbers, sent }: LeftOut,
  language: Language,
  limits: Limits,
): string {
  const { leftOut, ...texts } = TEXTS[language].severalRefused;
  const told = leftOut({ refused: numbers.length, sent, numbers: inRanges(numbers, language) });
  switch (refusal.kind) {
    case 'too_large':
    case 'too_small':
    case 'too_many_active':
      return `${told} ${texts[refusal.kind](limits)}`;
    case 'too_often':
      return `${told} ${texts.too_often(refusal.waitSeconds, limits)}`;
    default:
      // No photos, which nobody counts.
      return refusalText(refusal, language, limits);
  }
}

import type { NotAPhoto } from '../chat/wants.ts';
import type { Limits } from '../limits/limits.ts';
import type { Language } from '../texts/language.ts';
import { TEXTS } from '../texts/languages.ts';
import { inRanges } from '../texts/ranges.ts';

/** Why a photo is refused. */
export type PhotoRefusal =
  | { kind: 'too_large'; bytes: number }
  | { kind: 'too_small'; side: number }
  | { kind: 'too_many_active' }
  | { kind: 'too_often'; waitSeconds: number };

export type Refusal = PhotoRefusal | { kind: NotAPhoto };

/** The text for one message that is refused. */
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

/**
 * One text for several messages that are refused for the same reason.
 *
 * @param refusal the last of them
 * @param photos the places of the refused photos, from 1 on, among those that were sent at once
 */
export function severalRefusedText(
  refusal: Refusal,
  photos: { numbers: number[]; sent: number },
  language: Language,
  limits: Limits,
): string {
  const { leftOut, ...texts } = TEXTS[language].severalRefused;
  const { numbers, sent } = photos;
  const told = leftOut({ refused: numbers.length, sent, numbers: inRanges(numbers, language) });
  switch (refusal.kind) {
    case 'too_large':
    case 'too_small':
    case 'too_many_active':
      return `${told} ${texts[refusal.kind](limits)}`;
    case 'too_often':
      return `${told} ${texts.too_often(refusal.waitSeconds, limits)}`;
    default:
      // Only photos are counted.
      return refusalText(refusal, language, limits);
  }
}

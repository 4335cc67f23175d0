import type { Answer } from '../answer.ts';
import type { Button } from '../chat/chat.ts';
import type { ReplyTo } from '../requests/reply-to.ts';
import { TEXTS } from '../texts/languages.ts';

/** What comes back when the button is pressed. */
export const ADULTS = 'adults';

/** For faces that may be under 18: the sender is asked whether everybody is an adult, or they are never scored. */
export type UnsureFaces = 'ask' | 'refuse';

/** The button below an answer with a face that may be under 18, if its sender has not been asked yet. */
export function adultsButton(
  answer: Answer,
  { language, answerId }: ReplyTo,
  unsureFaces: UnsureFaces,
): Button | undefined {
  if (unsureFaces === 'refuse' || answerId !== undefined || answer.kind !== 'scored') return undefined;
  const isUnsure = answer.faces.some((face) => face.score === null && face.unscored === 'unsure');
  return isUnsure ? { text: TEXTS[language].adultsButton, data: ADULTS } : undefined;
}

import type { Limits } from '@attrai/bot/limits/limits';
import { TEXTS } from '@attrai/bot/texts/languages';
import { LANGUAGES } from '@attrai/contracts/reply-to';
import type { LogEntry } from '../suite/sandbox-client.ts';

/**
 * What a message of the bot says about a photo:
 * - progress: it is being worked on
 * - refusal: it was not accepted
 * - picture: the picture with its scores
 * - reason: why there is no picture, by a fault of the photo's own
 * - sorry: why there is no picture, by a fault of ours
 * - doubt: there may be a picture, or not
 */
export type Said = 'progress' | 'refusal' | 'picture' | 'reason' | 'sorry' | 'doubt' | 'nothing';

const SAMPLE_PLACE = 7_777;
const SAMPLE_SECONDS = 600;

/** Tells contents by the bot's own texts. Throws at a text that is none of them: then this file has to learn it. */
export function createReader(limits: Limits): (entry: LogEntry) => Said {
  const all = LANGUAGES.map((language) => TEXTS[language]);
  const progress = all.flatMap((texts) => [
    startingWith(texts.placeholder({ position: 1 })),
    startingWith(texts.placeholder({ position: SAMPLE_PLACE })),
  ]);
  const refusals = all.flatMap((texts) => [
    startingWith(texts.tooManyActive(limits)),
    startingWith(texts.tooOften(SAMPLE_SECONDS, limits).split(/[.:]/)[0]!),
  ]);
  const sorry = all.flatMap((texts) => [
    startingWith(texts.expired(limits)),
    ...[texts.answer.photo_missing, texts.answer.failed, texts.answer.file_gone].map(startingWith),
  ]);
  const doubts = all.map((texts) => startingWith(texts.maybeAnswered));
  const reasons = all.flatMap((texts) =>
    [texts.answer.no_face, texts.answer.unreadable, texts.answer.too_many_pixels].map(startingWith),
  );

  return ({ kind, text }) => {
    const isOneOf = (patterns: RegExp[]) => patterns.some((pattern) => pattern.test(text));
    if (kind === 'deleted') return 'nothing';
    if (kind !== 'text') return 'picture';
    if (isOneOf(progress)) return 'progress';
    if (isOneOf(refusals)) return 'refusal';
    if (isOneOf(sorry)) return 'sorry';
    if (isOneOf(doubts)) return 'doubt';
    if (isOneOf(reasons)) return 'reason';
    throw new Error(`The bot said something that is neither progress nor an answer: ${text}`);
  };
}

/** Matches texts that begin like `text`, whatever number stands for the place in the queue. */
function startingWith(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(String(SAMPLE_PLACE), '\\d+')}`);
}

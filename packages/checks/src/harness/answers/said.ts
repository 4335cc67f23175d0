import { limitsOf, limitVariables } from '@attrai/bot/config';
import { LANGUAGES } from '@attrai/bot/texts/language';
import { TEXTS } from '@attrai/bot/texts/languages';
import { PHOTO_STORE } from '@attrai/config/common-variables';
import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import type { LogEntry } from '../suite/sandbox-client.ts';

/**
 * What a message of the bot says about a photo:
 * - progress: it is being worked on
 * - refusal: it was not accepted
 * - picture: the picture with its scores
 * - reason: why there is no picture, by a fault of the photo's own
 * - sorry: why there is no picture, by a fault of ours
 * - doubt: there may be a picture, or not
 * - nothing: it was deleted
 */
export type Said = 'progress' | 'refusal' | 'picture' | 'reason' | 'sorry' | 'doubt' | 'nothing';

/** Stands for any place in the queue. */
const SAMPLE_PLACE = 7_777;
const SAMPLE_SECONDS = 600;

const limits = limitsOf(z.object({ ...limitVariables, PHOTO_STORE }).parse(LIMITS));
const all = LANGUAGES.map((language) => TEXTS[language]);

/** The bot's own texts, by what they say. */
const PATTERNS: [said: Said, patterns: RegExp[]][] = [
  [
    'progress',
    all.flatMap(({ placeholder }) => [1, SAMPLE_PLACE].map((position) => startingWith(placeholder({ position })))),
  ],
  [
    'refusal',
    all.flatMap((texts) => [
      startingWith(texts.tooManyActive(limits)),
      startingWith(texts.tooOften(SAMPLE_SECONDS, limits).split(/[.:]/)[0]!),
    ]),
  ],
  [
    'sorry',
    all.flatMap(({ expired, answer }) =>
      [expired(limits), answer.photo_missing, answer.failed, answer.file_gone, answer.files_out_of_reach].map(
        startingWith,
      ),
    ),
  ],
  ['doubt', all.map(({ maybeAnswered }) => startingWith(maybeAnswered))],
  [
    'reason',
    all.flatMap(({ answer, notAPhoto }) =>
      [answer.no_face, answer.unreadable, answer.too_many_pixels, ...Object.values(notAPhoto)].map(startingWith),
    ),
  ],
];

/** Tells what a message says. Throws Error at a text that is none of the bot's: then this file has to learn it. */
export function whatIsSaid({ kind, text }: LogEntry): Said {
  if (kind === 'deleted') return 'nothing';
  if (kind !== 'text') return 'picture';
  const found = PATTERNS.find(([, patterns]) => patterns.some((pattern) => pattern.test(text)));
  if (found) return found[0];
  throw new Error(`The bot said something that is neither progress nor an answer: ${text}`);
}

/** Matches texts that begin like `text`, whatever number stands for the place in the queue. */
function startingWith(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(String(SAMPLE_PLACE), '\\d+')}`);
}

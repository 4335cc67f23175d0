import { limitsOf, limitVariables } from '@attrai/bot/config';
import { LANGUAGES } from '@attrai/bot/texts/language';
import { TEXTS } from '@attrai/bot/texts/languages';
import { PHOTO_STORE } from '@attrai/config/common-variables';
import { z } from 'zod';
import { LIMITS } from '../limits.ts';
import type { LogEntry } from '../suite/sandbox-client.ts';

/**
 * What a message of the bot says about a photo:
 * - progress: the photo is in work
 * - refusal: the photo was not accepted
 * - picture: the picture with its scores
 * - reason: there is no picture, because of the photo
 * - sorry: there is no picture, because of an error of ours
 * - doubt: the user may have got an answer or not
 * - nothing: the message was deleted
 */
export type Said = 'progress' | 'refusal' | 'picture' | 'reason' | 'sorry' | 'doubt' | 'nothing';

/** Matches any place in the queue, see `startingWith`. */
const SAMPLE_PLACE = 7_777;
const SAMPLE_SECONDS = 600;

const limits = limitsOf(z.object({ ...limitVariables, PHOTO_STORE }).parse(LIMITS));
const all = LANGUAGES.map((language) => TEXTS[language]);

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

/** Classifies a message. Throws an Error for an unknown text, which must then be added here. */
export function whatIsSaid({ kind, text }: LogEntry): Said {
  if (kind === 'deleted') return 'nothing';
  if (kind !== 'text') return 'picture';
  const found = PATTERNS.find(([, patterns]) => patterns.some((pattern) => pattern.test(text)));
  if (found) return found[0];
  throw new Error(`Unknown text of the bot: ${text}`);
}

/** Matches texts that begin with `text`, with any place in the queue. */
function startingWith(text: string): RegExp {
  const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(String(SAMPLE_PLACE), '\\d+')}`);
}

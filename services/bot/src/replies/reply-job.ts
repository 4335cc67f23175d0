import type { Outcome } from '@attrai/contracts/result';
import type { NotAPhoto } from '../chat/wants.ts';
import type { Limits } from '../limits/limits.ts';
import type { ReplyTo } from '../requests/reply-to.ts';
import { TEXTS } from '../texts/languages.ts';

/** What a user can be told about an accepted photo: what became of it, or why it never got to an estimator. */
export type Answer = Outcome | { kind: 'file_gone' } | { kind: 'not_a_photo'; what: NotAPhoto };

/** The answer to one request, on its way to its chat. */
export interface ReplyJob {
  id: string;
  replyTo: ReplyTo;
  answer: Answer;
}

/** The job's id, so that a result that comes twice is one reply. */
export function replyJobId(requestId: string): string {
  return requestId;
}

/**
 * The id of the job that tells of a passed deadline. It has one of its own, as an answer that comes meanwhile goes first:
 * this job then ends without a word.
 */
export function deadlineJobId(requestId: string): string {
  return `${requestId}-deadline`;
}

/** The words of an answer: a caption, or all there is to say. */
export function answerText(answer: Answer, { language }: ReplyTo, limits: Limits): string {
  const texts = TEXTS[language];
  switch (answer.kind) {
    case 'scored':
      return texts.scored(answer.faces);
    case 'expired':
      return texts.expired(limits);
    case 'not_a_photo':
      return texts.notAPhoto[answer.what];
    case 'too_many_bytes':
      return texts.tooLarge(undefined, limits);
    default:
      return texts.answer[answer.kind];
  }
}

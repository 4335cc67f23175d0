import type { Answer } from '../answer.ts';
import type { JobQueue } from '../jobs/job-queue.ts';
import type { Limits } from '../limits/limits.ts';
import type { ReplyTo } from '../requests/reply-to.ts';
import { TEXTS } from '../texts/languages.ts';

/** The answer to one request, on its way to its chat. */
export interface ReplyJob {
  id: string;
  replyTo: ReplyTo;
  answer: Answer;
}

/** Adds the job that sends an answer. A result that comes twice makes one job. */
export function addReplyJob(replies: JobQueue<ReplyJob>, job: ReplyJob): Promise<void> {
  return replies.add(job.id, job);
}

/** Adds the job that tells of a passed deadline. If an answer comes meanwhile, that is sent, and this job sends nothing. */
export function addDeadlineJob(replies: JobQueue<ReplyJob>, { id, replyTo }: Omit<ReplyJob, 'answer'>): Promise<void> {
  return replies.add(deadlineJobId(id), { id, replyTo, answer: { kind: 'expired' } });
}

/** Not that of the answer's job, as both may be there at once. */
export function deadlineJobId(requestId: string): string {
  return `${requestId}-deadline`;
}

/** The caption of an answer, or its whole text. */
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

import { type ReplyTo, replyTo } from '@attrai/contracts/reply-to';
import { z } from 'zod';

/** What Telegram promises of a photo: a job without it could neither be finished nor answered. */
export const answerable = z.object({ fileId: z.string().min(1), to: replyTo });

/** An accepted photo on its way to the estimators. */
export interface IntakeJob {
  id: string;
  /** With the placeholder's id from the moment it is known. */
  replyTo: ReplyTo;
  fileId: string;
  /** ms since the epoch */
  acceptedAt: number;
  deadline: number;
  /** The placeholder was sent, or may have been, or there shall be none: it is not sent again. */
  placeholderDone: boolean;
}

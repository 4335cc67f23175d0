import { type ReplyTo, replyTo } from '@attrai/contracts/reply-to';
import { z } from 'zod';

/** What Telegram promises of a photo: a job without it could neither be finished nor answered. */
export const answerable = z.object({ fileId: z.string().min(1), to: replyTo });

/** An accepted photo on its way to the estimators. */
export interface IntakeJob {
  id: string;
  replyTo: ReplyTo;
  fileId: string;
  /** ms since the epoch */
  acceptedAt: number;
  deadline: number;
  /** In the queue, when it was accepted. Absent when its update came again: what was done before must be looked up. */
  place?: number;
  /** In jobs of version 0.1 only, which the book doesn't know: whether the placeholder was sent. */
  placeholderDone?: boolean;
}

import type { ReplyTo } from '../requests/reply-to.ts';

/** An accepted photo on its way to the estimators. */
export interface IntakeJob {
  id: string;
  replyTo: ReplyTo;
  fileId: string;
  /** Of the photo, if the network told it. */
  bytes?: number;
  /** ms since the epoch */
  acceptedAt: number;
  deadline: number;
  /** Just accepted. Absent when its update came again: what was done before must be looked up. */
  isNew?: true;
  /** In jobs of version 0.1 only, which the book doesn't know: whether the placeholder was sent. */
  placeholderDone?: boolean;
}

import type { ReplyTo } from '../requests/reply-to.ts';

/** An accepted photo on its way to the estimators. */
export interface IntakeJob {
  id: string;
  replyTo: ReplyTo;
  fileId: string;
  /** Of the photo, if the network told it. */
  bytes?: number | undefined;
  /** ms since the epoch */
  acceptedAt: number;
  deadline: number;
  /** Just accepted. Absent when its update came again: then the book knows what was done before. */
  isNew?: true;
  /** Only in jobs of version 0.1, whose requests the book doesn't know: whether the placeholder was sent. */
  placeholderDone?: boolean;
}

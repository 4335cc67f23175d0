import type { ReplyTo } from '@attrai/contracts/reply-to';

/** An accepted photo on its way to the estimators. */
export interface IntakeJob {
  id: string;
  /** With the placeholder's id from the moment it is known. */
  replyTo: ReplyTo;
  fileId: string;
  /** ms since the epoch */
  acceptedAt: number;
  deadline: number;
  /** The placeholder was sent, or may have been: it is not sent again. */
  placeholderDone: boolean;
}

import { z } from 'zod';

export const LANGUAGES = ['en', 'ru', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Whom to answer, and where. The bot writes it; the estimator passes it on unread. */
export const replyTo = z.strictObject({
  userId: z.int(),
  chatId: z.int(),
  /** The user's message that holds the photo. */
  messageId: z.int(),
  /** The bot's placeholder, to be edited into the answer. Absent if it could not be sent. */
  placeholderId: z.int().optional(),
  /**
   * The bot's answer whose button was pressed: a new picture takes its place. In such requests only, as estimators before
   * 0.2 can't read it.
   */
  answerId: z.int().optional(),
  language: z.enum(LANGUAGES),
});

export type ReplyTo = z.infer<typeof replyTo>;

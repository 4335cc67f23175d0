import { z } from 'zod';

/**
 * What the bot needs to answer a photo. The bot writes and reads it; everybody else hands it on unread, so that new
 * fields and new languages need no new estimators.
 *
 * Version 0.1 reads `replyTo` strictly: whole numbers `userId`, `chatId`, `messageId` and optionally `placeholderId`, and a
 * `language` of `en`, `ru` and `es`.
 */
export const envelope = z.looseObject({});

export type Envelope = z.infer<typeof envelope>;

import { z } from 'zod';

/**
 * Where a photo waits while its message travels:
 * - volume: a file named `key` in the shared folder
 * - message: the attachment of the message that has this reference
 *
 * Keys are made from the request's id, never from a user's file name.
 */
export const photoRef = z.strictObject({
  store: z.enum(['volume', 'message']),
  key: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/),
});

export type PhotoRef = z.infer<typeof photoRef>;

/**
 * The keys of a request's photo as the user sent it, and of the picture drawn from it. The id alone is enough to delete both.
 */
export const keysOf = (requestId: string) => ({ photo: `${requestId}.photo`, picture: `${requestId}.picture` });

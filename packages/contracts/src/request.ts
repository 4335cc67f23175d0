import { z } from 'zod';
import { envelope } from './envelope.ts';
import { photoRef } from './photo-ref.ts';

/** The id of a request (one photo of one user): 16 to 32 characters of a-z and 0-9. It follows the photo through every log. */
export const requestId = z.string().regex(/^[a-z0-9]{16,32}$/);

/**
 * A message of `to_estimate`.
 *
 * One rule for updates, whichever service is updated first: who writes leaves out what is not asked for, and who can't read a
 * message has it refused. The bot asks a refused request once more in the words of version 0.1, unless that would change its
 * meaning.
 */
export const estimateRequest = z.strictObject({
  v: z.literal(1),
  id: requestId,
  photo: photoRef,
  replyTo: envelope,
  /** When the bot accepted the photo, ms since the epoch. */
  acceptedAt: z.int().positive(),
  /** After this the user has been told that it took too long, ms since the epoch. */
  deadline: z.int().positive(),
  /** The sender says that everybody in the photo is 18 or older: faces that are `unsure` are scored. Absent means no. */
  adultsConfirmed: z.boolean().optional(),
  /** Scores in the picture are written `7,3` instead of `7.3`. Absent means no. */
  decimalComma: z.boolean().optional(),
});

export type EstimateRequest = z.infer<typeof estimateRequest>;

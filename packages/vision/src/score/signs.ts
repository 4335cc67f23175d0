import { z } from 'zod';

/**
 * What the project's own model says about a face besides its score: three linear readings of the face net's features
 * (packages/models/age.card.md). They decide who is scored, and go nowhere else.
 */
export interface Signs {
  /** How adult the face looks: about -1 at 0 years, 0 at 18, 1 from 40 on. */
  adulthood: number;
  /** About 1 with glasses, -1 without. */
  glasses: number;
  /** About 1 with half of the face or both eyes covered, -1 without. Both this and `glasses` are high for sunglasses. */
  cover: number;
}

/** `attrai.guard` in the metadata of the project's own model: how to use its signs. Both are fitted together, so both are in the file. */
export const guardRule = z.strictObject({
  /** Weight of the age net beside `adulthood`. */
  ageNet: z.number().min(0).max(2),
  /** Subtracted from the adulthood if the face surely wears glasses: they make it look older. */
  glasses: z.number().min(0).max(1),
  /** Below this adulthood a face clearly looks like a child. */
  child: z.number(),
  /** From this adulthood on, a face is scored without asking the sender. */
  adult: z.number(),
});

export type GuardRule = z.infer<typeof guardRule>;

import { z } from 'zod';

/**
 * What the project's own face net tells of a face besides its score: three linear readings of its features, as
 * packages/models/age.card.md describes them. They decide who is scored, and go nowhere else.
 */
export interface Signs {
  /** How adult the face looks: about -1 at 0 years, 0 at 18, 1 from 40 on. */
  adulthood: number;
  /** About 1 with glasses, -1 without. */
  glasses: number;
  /** About 1 with half of the face or both eyes covered, -1 without. Together with `glasses` it knows sunglasses. */
  cover: number;
}

/** `attrai.guard` in the metadata of the project's own model: how its signs are used. They are fitted together, so they travel together. */
export const guardRule = z.strictObject({
  /** Weight of the age net beside `adulthood`. */
  ageNet: z.number().min(0).max(2),
  /** What certain glasses take from the adulthood, as they make faces look older. */
  glasses: z.number().min(0).max(1),
  /** Below this adulthood a face clearly looks like a child. */
  child: z.number(),
  /** From this adulthood on a face is scored without asking. */
  adult: z.number(),
});

export type GuardRule = z.infer<typeof guardRule>;

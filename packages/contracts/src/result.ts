import { z } from 'zod';
import { envelope } from './envelope.ts';
import { photoRef } from './photo-ref.ts';
import { requestId } from './request.ts';

/** Corners [x1, y1, x2, y2] in pixels of the upright photo. */
const box = z.tuple([z.number(), z.number(), z.number(), z.number()]);

/** Which row of the picture the face is in, from 0 at the top. Absent from results of estimators before 0.2. */
const row = z.int().nonnegative().optional();

const scoredFace = z.strictObject({
  box,
  row,
  /** 0 to 10, one decimal. */
  score: z.number().min(0).max(10),
  confidence: z.enum(['high', 'low']),
});

/** What estimators before 0.2 say of every face without a score. */
const looksUnder18 = z.literal('looks_under_18').transform(() => 'unsure' as const);

/** A face in the picture without a score. Its apparent age is never sent. */
const unscoredFace = z.strictObject({
  box,
  row,
  score: z.null(),
  /**
   * Why:
   * - child: it clearly looks like a child, and is never scored
   * - unsure: it may be under 18, and is scored when the request says `adultsConfirmed`
   */
  unscored: z.enum(['child', 'unsure']).or(looksUnder18),
});

/** A face as the answer needs it. Faces are in reading order: row by row from the top, each from left to right. */
export const drawnFace = z.union([scoredFace, unscoredFace]);

export type DrawnFace = z.infer<typeof drawnFace>;

/**
 * The outcome of a photo. A photo that can't be used has one too:
 * - scored: faces were found, drawn into `picture`, and scored unless they look or may look under 18
 * - no_face: a good photo without a face
 * - unreadable: not a JPEG, PNG or WebP, or broken
 * - too_many_pixels: larger than the estimator decodes
 * - too_many_bytes: a larger file than the estimator reads
 * - expired: its deadline had passed before it was estimated
 * - photo_missing: the stored photo was gone
 * - failed: the estimator could not finish it
 */
export const outcome = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('scored'), picture: photoRef, faces: z.array(drawnFace).min(1) }),
  z.strictObject({ kind: z.literal('no_face') }),
  z.strictObject({ kind: z.literal('unreadable') }),
  z.strictObject({ kind: z.literal('too_many_pixels') }),
  z.strictObject({ kind: z.literal('too_many_bytes') }),
  z.strictObject({ kind: z.literal('expired') }),
  z.strictObject({ kind: z.literal('photo_missing') }),
  z.strictObject({ kind: z.literal('failed') }),
]);

export type Outcome = z.infer<typeof outcome>;

/** A message of `after_estimate`. */
export const estimateResult = z.strictObject({
  v: z.literal(1),
  id: requestId,
  /** As it stood in the request. */
  replyTo: envelope,
  acceptedAt: z.int().positive(),
  deadline: z.int().positive(),
  outcome,
  /** Milliseconds the estimator spent on the photo. */
  workMs: z.number().nonnegative(),
});

export type EstimateResult = z.infer<typeof estimateResult>;

import { alignmentResidual } from './align/align.ts';
import type { Detection } from './detect/onet.ts';
import { longerSide } from './longer-side.ts';
import type { Reading } from './score/scorer.ts';
import type { GuardRule } from './score/signs.ts';

/**
 * Beyond this alignment residual (px RMS in the 150×150 chip) a score is little more than a guess: the face is in profile,
 * or is none. On everyday photos scores followed people's ratings with r = 0.29 beyond 8 px. Up to 8 px nothing is lost:
 * in cross-validation on 763 OMI faces r is 0.84 to 0.92 in every range up to there, and 0.70 on the 13 beyond.
 */
export const HIGHEST_RESIDUAL = 8;

/** Settled faces (detect/settle.ts) have 0.99 and more from O-Net; below this something is odd. */
export const LOWEST_DETECTION = 0.99;

/**
 * Longer side of the box, px. Of 763 portraits made smaller and saved as JPEG, 95% kept their score to 0.9 of ten at this size, to 1.3 at
 * 70 px, and to 3.0 at 40.
 */
export const SMALLEST_SURE = 80;

/** Beyond this difference between the views of a face, of ten, its score depends on how it happens to be cut out. */
export const HIGHEST_DISAGREEMENT = 2.5;

/** How far a face's score can be trusted. @param detection in pixels of the photo as it was looked at */
export function confidenceOf(
  { box, landmarks, probability }: Detection,
  { disagreement, signs }: Pick<Reading, 'disagreement' | 'signs'>,
  { covered }: Pick<GuardRule, 'covered'>,
): 'high' | 'low' {
  const sure =
    disagreement <= HIGHEST_DISAGREEMENT &&
    !(signs !== undefined && signs.cover > covered) &&
    longerSide(box) >= SMALLEST_SURE &&
    alignmentResidual(landmarks) <= HIGHEST_RESIDUAL &&
    probability >= LOWEST_DETECTION;
  return sure ? 'high' : 'low';
}

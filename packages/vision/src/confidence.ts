import { alignmentResidual } from './align/align.ts';
import type { Detection } from './detect/onet.ts';

/**
 * Beyond this alignment residual (px RMS in the 150×150 chip) a score is little more than a guess: the face is in profile,
 * or is none. On everyday photos scores followed people's ratings with r = 0.29 beyond 8 px. Up to 8 px nothing is lost:
 * in cross-validation on 763 OMI faces r is 0.84 to 0.92 in every range up to there, and 0.70 on the 13 beyond.
 */
export const HIGHEST_RESIDUAL = 8;

/** Settled faces (detect/settle.ts) have 0.996 and more from O-Net; below this something is odd. */
export const LOWEST_DETECTION = 0.99;

/** How far a face's score can be trusted. */
export function confidenceOf({ landmarks, probability }: Detection): 'high' | 'low' {
  return alignmentResidual(landmarks) <= HIGHEST_RESIDUAL && probability >= LOWEST_DETECTION ? 'high' : 'low';
}

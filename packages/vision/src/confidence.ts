import { alignmentResidual } from './align/align.ts';
import type { Detection } from './detect/onet.ts';

/**
 * Beyond this alignment residual (px RMS in the 150×150 chip) a score is little more than a guess. Scores follow people's
 * ratings with r = 0.86 below 2.5 px and r = 0.29 above 8 px; half-way in between, a face is turned far enough for its
 * far eye and cheek to be hidden.
 */
export const HIGHEST_RESIDUAL = 5;

/** Spurious boxes that pass the shown threshold (0.95) have O-Net probabilities below this; hardly any true face does. */
export const LOWEST_DETECTION = 0.99;

/** How far a face's score can be trusted. */
export function confidenceOf({ landmarks, probability }: Detection): 'high' | 'low' {
  return alignmentResidual(landmarks) <= HIGHEST_RESIDUAL && probability >= LOWEST_DETECTION ? 'high' : 'low';
}

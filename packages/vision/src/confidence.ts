import { alignmentResidual } from './align/align.ts';
import { type SettledFace, squareAround } from './detect/settle.ts';
import { longerSide } from './longer-side.ts';
import type { Box } from './vision.ts';

/**
 * Beyond this alignment residual (px RMS in the 150×150 chip) a score is little more than a guess: the face is in profile,
 * or is none. On everyday photos scores followed people's ratings with r = 0.29 beyond 8 px. Up to 8 px nothing is lost:
 * in cross-validation on 763 OMI faces r is 0.84 to 0.92 in every range up to there, and 0.70 on the 13 beyond.
 */
export const HIGHEST_RESIDUAL = 8;

/** Settled faces (detect/settle.ts) usually have 0.99 and more from O-Net. */
export const LOWEST_DETECTION = 0.99;

/**
 * Longer side of the box, px. Of 763 portraits made smaller and saved as JPEG, 95% kept their score to 0.9 of ten at this size, to 1.3 at
 * 70 px, and to 3.0 at 40.
 */
export const SMALLEST_SURE = 80;

/** Log-odds that a face is half covered: 1% of plain faces and 97% of covered ones have more (packages/models/src/nets/covered.ts). */
export const HIGHEST_COVERED = 0;

/**
 * Share of the face outside the photo. 98% of 191 faces cut by 20 to 50% have more, or one of the other signs of a doubtful score; of
 * 4,388 faces that are not cut, 0.1%.
 */
export const HIGHEST_OUTSIDE = 0.04;

/**
 * Distance of ten between the scores of the face's views. Above it, the score depends too much on how the face is cut out. 1% of 472
 * plain faces of adults (AAF, UTKFace) have more than 2.0.
 */
export const HIGHEST_DISAGREEMENT = 2.2;

/** Side of the square around eyes and mouth that counts as the face for `outside`, in eye distances plus distances from eyes to mouth. */
const FACE = 1.1;

/** Measurements that decide how far a face's score can be trusted. */
export interface Signals {
  /** Longer side of the box, pixels of the photo as it was looked at. */
  side: number;
  /** Of the alignment, px RMS in the 150×150 chip. */
  residual: number;
  /** Of O-Net when the landmarks had settled, 0 to 1. A face that O-Net was sure of at first alone has less than LOWEST_DETECTION. */
  detection: number;
  /** Log-odds that half of the face is covered. */
  covered: number;
  /** Share of the face that lies outside of the photo, 0 to 1. */
  outside: number;
  /** Between the highest and the lowest score of the face's views (score/scorer.ts), of ten. */
  disagreement: number;
}

/**
 * @param face in pixels of the photo, which has this width and height
 * @param disagreement see Signals
 */
export function signalsOf(face: SettledFace, photo: { width: number; height: number }, disagreement: number): Signals {
  return {
    side: longerSide(face.box),
    residual: alignmentResidual(face.landmarks),
    detection: face.probability,
    covered: face.covered,
    outside: shareOutside(squareAround(face.landmarks, FACE), photo),
    disagreement,
  };
}

/** How far a face's score can be trusted. */
export function confidenceOf({ side, residual, detection, covered, outside, disagreement }: Signals): 'high' | 'low' {
  const sure =
    side >= SMALLEST_SURE &&
    residual <= HIGHEST_RESIDUAL &&
    detection >= LOWEST_DETECTION &&
    covered <= HIGHEST_COVERED &&
    outside <= HIGHEST_OUTSIDE &&
    disagreement <= HIGHEST_DISAGREEMENT;
  return sure ? 'high' : 'low';
}

function shareOutside([x1, y1, x2, y2]: Box, { width, height }: { width: number; height: number }): number {
  const across = Math.max(Math.min(x2, width) - Math.max(x1, 0), 0);
  const down = Math.max(Math.min(y2, height) - Math.max(y1, 0), 0);
  return 1 - (across * down) / ((x2 - x1) * (y2 - y1));
}

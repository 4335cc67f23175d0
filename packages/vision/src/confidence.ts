import { alignmentResidual } from './align/align.ts';
import { type SettledFace, squareAround } from './detect/settle.ts';
import { type Box, longerSide } from './vision.ts';

/**
 * Above this alignment residual (px RMS in the 150×150 chip) a score is little more than a guess: the face is in profile, or is no
 * face. On everyday photos the correlation of scores with people's ratings was r = 0.29 above 8 px. In cross-validation on 763 OMI
 * faces r is 0.84 to 0.92 in every range up to 8 px, and 0.70 on the 13 faces above.
 */
export const HIGHEST_RESIDUAL = 8;

/** O-Net's last look (detect/settle.ts) usually gives a face 0.99 and more. */
export const LOWEST_DETECTION = 0.99;

/**
 * Longer side of the box, px. In 763 portraits that were made smaller and saved as JPEG, 95% of the scores moved by at most 0.9 of ten at
 * this size, 1.3 at 70 px, and 3.0 at 40 px.
 */
export const SMALLEST_SURE = 80;

/** Log-odds that a face is half covered: 1% of uncovered faces and 97% of covered ones have more (packages/models/src/nets/covered.ts). */
export const HIGHEST_COVERED = 0;

/**
 * Share of the face outside the photo. Of 191 faces cut by 20 to 50%, 98% exceed this or another of these limits. Of 4,388 faces that
 * are not cut, 0.1% exceed it.
 */
const HIGHEST_OUTSIDE = 0.04;

/**
 * Highest minus lowest score of the face's views, points of ten. Above this, the score depends too much on how the face is cut out. Of 472
 * uncovered faces of adults (AAF, UTKFace), 1% have more than 2.0.
 */
const HIGHEST_DISAGREEMENT = 2.2;

/** For `outside`, a square around eyes and mouth counts as the face. Its side in units of: eye distance plus distance from eyes to mouth. */
const FACE = 1.1;

/** Measurements that decide how far a face's score can be trusted. */
export interface Signals {
  /** Longer side of the box, pixels of the reduced photo. */
  side: number;
  /** Alignment residual, px RMS in the 150×150 chip. */
  residual: number;
  /** O-Net's probability at its last look, 0 to 1. It is below LOWEST_DETECTION if only the first look was sure. */
  detection: number;
  /** Log-odds that half of the face is covered. */
  covered: number;
  /** Share of the face outside the photo, 0 to 1. */
  outside: number;
  /** Highest minus lowest score of the face's views (score/scorer.ts), points of ten. */
  disagreement: number;
}

/** @param face in pixels of `photo` */
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

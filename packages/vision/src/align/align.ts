import type { Mips } from '../mips.ts';
import { mirror } from '../mirror.ts';
import { sampleRect } from '../sample.ts';
import type { Box, Landmarks } from '../vision.ts';
import { fitSimilarity, invert, residual } from './similarity.ts';
import { PADDING, template } from './template.ts';
import { warp } from './warp.ts';

/** Side of the chip in which alignment residuals are measured, pixels. */
const CHIP = 150;

/** A square picture of a face. */
export interface View {
  /** Side, pixels. */
  side: number;
  /** Room around the face, as a share of its own frame. Default 0.25. */
  padding?: number;
  /** Whether it is the mirror image. Default false. */
  mirrored?: boolean;
}

/**
 * Turns, scales and moves a face so that its five landmarks lie where dlib's face nets expect them. Writes the chip, side × side pixels,
 * RGB, to the beginning of `out`. Outside the photo its border is repeated.
 */
export function align(mips: Mips, landmarks: Landmarks, view: View, out: Uint8Array): void {
  const { side, padding = PADDING, mirrored = false } = view;
  warp(mips, invert(fitSimilarity(landmarks, template(side, padding))), side, out);
  if (mirrored) mirror(out.subarray(0, side * side * 3), side);
}

/**
 * How far the landmarks are from the mean face after alignment: root mean square, in pixels of the 150×150 chip.
 * 0 is the mean face itself, seen from the front; 2 to 6 are usual; above 8 the face is in profile, or is no face.
 */
export function alignmentResidual(landmarks: Landmarks): number {
  const target = template(CHIP);
  return residual(fitSimilarity(landmarks, target), landmarks, target);
}

/** Cuts out the square around a box, widened on each side by `margin` of its side: side × side pixels, RGB, at the beginning of `out`. */
export function cropBox(
  mips: Mips,
  [x1, y1, x2, y2]: Box,
  { margin, side }: { margin: number; side: number },
  out: Uint8Array,
): void {
  const half = Math.max(x2 - x1, y2 - y1) * (0.5 + margin);
  const x = (x1 + x2) / 2;
  const y = (y1 + y2) / 2;
  sampleRect(mips, [x - half, y - half, x + half, y + half], { width: side, height: side }, out);
}

import type { Box } from '../vision.ts';
import type { Candidate } from './boxes.ts';

/** How much two boxes overlap, 0 to 1. */
type Overlap = (a: Box, b: Box) => number;

/** Intersection over union. */
export const overUnion: Overlap = (a, b) => {
  const shared = intersection(a, b, 0);
  return shared === 0 ? 0 : shared / (area(a, 0) + area(b, 0) - shared);
};

/** Intersection over the smaller area. Corners count as whole pixels (+1), as in the reference after O-Net. */
export const overSmaller: Overlap = (a, b) => intersection(a, b, 1) / Math.min(area(a, 1), area(b, 1));

/** Non-maximum suppression: drops each box that overlaps a more probable one by more than `limit`. The most probable come first. */
export function suppress<T extends Candidate>(candidates: readonly T[], limit: number, overlap: Overlap): T[] {
  const kept: T[] = [];
  for (const candidate of candidates.toSorted((a, b) => b.probability - a.probability)) {
    if (kept.every((better) => overlap(better.box, candidate.box) <= limit)) kept.push(candidate);
  }
  return kept;
}

function intersection(a: Box, b: Box, extra: 0 | 1): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]) + extra;
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]) + extra;
  return width > 0 && height > 0 ? width * height : 0;
}

function area([x1, y1, x2, y2]: Box, extra: 0 | 1): number {
  return (x2 - x1 + extra) * (y2 - y1 + extra);
}

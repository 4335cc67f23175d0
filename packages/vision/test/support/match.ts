import { overUnion } from '../../src/detect/nms.ts';
import type { Box } from '../../src/vision.ts';

/** How many boxes of one list have a partner of their own in the other, at an intersection over union of at least 0.7. */
export function matches(found: readonly Box[], wanted: readonly Box[]): number {
  const free = new Set(found);
  let matched = 0;
  for (const box of wanted) {
    const best = [...free].sort((a, b) => overUnion(b, box) - overUnion(a, box))[0];
    if (best === undefined || overUnion(best, box) < 0.7) continue;
    free.delete(best);
    matched++;
  }
  return matched;
}

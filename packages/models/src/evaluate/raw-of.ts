import type { ScorerScale } from '@attrai/vision/score/metadata';

/** The raw output that makes a score: the scale's line read backwards. At the ends, the nearest knot's; 0 to 10 to raw. */
export function rawOf(knots: ScorerScale['knots'], score: number): number {
  const next = knots.findIndex(([, at]) => score < at);
  if (next === 0) return knots[0]![0];
  if (next === -1) return knots.at(-1)![0];
  const [x1, y1] = knots[next - 1]!;
  const [x2, y2] = knots[next]!;
  return x1 + ((score - y1) / (y2 - y1)) * (x2 - x1);
}

import type { ScorerScale } from './metadata.ts';

/** A model's raw output on the ten-point scale: straight between the knots, level outside them. 0 to 10. */
export function toScale({ knots }: ScorerScale, raw: number): number {
  const next = knots.findIndex(([at]) => raw < at);
  if (next === 0) return knots[0]![1];
  if (next === -1) return knots.at(-1)![1];
  const [x1, y1] = knots[next - 1]!;
  const [x2, y2] = knots[next]!;
  return y1 + ((raw - x1) / (x2 - x1)) * (y2 - y1);
}

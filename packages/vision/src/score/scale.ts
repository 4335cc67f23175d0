import type { ScorerScale } from './metadata.ts';

/** Maps a model's raw output to 0 to 10: linear between the knots, constant outside them. */
export function toScale({ knots }: ScorerScale, raw: number): number {
  const next = knots.findIndex(([at]) => raw < at);
  if (next === 0) return knots[0]![1];
  if (next === -1) return knots.at(-1)![1];
  const [x1, y1] = knots[next - 1]!;
  const [x2, y2] = knots[next]!;
  return y1 + ((raw - x1) / (x2 - x1)) * (y2 - y1);
}

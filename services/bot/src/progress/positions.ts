/**
 * Only some positions are told: 1 to 7, then 9, 11, 14, 18, 23, ..., each about 1.27 times the one before. Returns the lowest
 * of them that is not below `position`.
 */
export function milestone(position: number): number {
  let step = 7;
  if (position <= step) return position;
  while (step < position) step = Math.round(step * 1.27);
  return step;
}

import type { Colour } from './paint.ts';

/** From 0 to 10: indigo, violet, magenta, coral. White text can be read on all of them. */
const STOPS: readonly (readonly [number, number, number])[] = [
  [79, 93, 229],
  [138, 74, 222],
  [214, 56, 145],
  [238, 76, 84],
];

/** For scores that are little more than a guess. */
const UNSURE: Colour = [88, 102, 122, 1];

/** For faces without a score: a quiet green that stands for no number. */
export const UNSCORED: Colour = [62, 150, 132, 1];

export const WHITE: Colour = [255, 255, 255, 1];
export const SHADOW: Colour = [12, 14, 26, 0.38];

/** The colour of a face's box and label. */
export function accent(score: number, confidence: 'high' | 'low'): Colour {
  if (confidence === 'low') return UNSURE;
  const at = (Math.min(Math.max(score, 0), 10) / 10) * (STOPS.length - 1);
  const low = STOPS[Math.floor(at)]!;
  const high = STOPS[Math.ceil(at)]!;
  const mix = (i: 0 | 1 | 2) => Math.round(low[i] + (high[i] - low[i]) * (at % 1));
  return [mix(0), mix(1), mix(2), 1];
}

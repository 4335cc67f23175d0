import type { Colour } from './paint.ts';

/** For scores from 2 to 8, in equal steps: blue, indigo, purple, magenta, vermilion. Few scores lie outside. White text is readable on all. */
const STOPS: readonly (readonly [number, number, number])[] = [
  [28, 116, 222],
  [84, 84, 228],
  [158, 62, 206],
  [218, 44, 132],
  [228, 72, 32],
];
const FIRST = 2;
const LAST = 8;

/** For scores of low confidence: slate. */
const UNSURE: Colour = [70, 94, 130, 1];

/** For faces without a score: grey, which no score has. */
export const UNSCORED: Colour = [120, 120, 120, 1];

export const WHITE: Colour = [255, 255, 255, 1];
/** For frames, and around labels. */
export const LINE: Colour = [255, 255, 255, 0.8];
export const SHADOW: Colour = [12, 14, 26, 0.38];

/** The colour of a face's box and label. */
export function accent(score: number, confidence: 'high' | 'low'): Colour {
  if (confidence === 'low') return UNSURE;
  const at = ((Math.min(Math.max(score, FIRST), LAST) - FIRST) / (LAST - FIRST)) * (STOPS.length - 1);
  const low = STOPS[Math.floor(at)]!;
  const high = STOPS[Math.ceil(at)]!;
  const mix = (i: 0 | 1 | 2) => Math.round(low[i] + (high[i] - low[i]) * (at % 1));
  return [mix(0), mix(1), mix(2), 1];
}

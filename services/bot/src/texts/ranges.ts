import type { Language } from './language.ts';

/** More parts are hard to read. */
const MOST = 5;

/** Ascending numbers as text: `2, 5–7 and 9`. Undefined if there are too many parts. */
export function inRanges(numbers: readonly number[], language: Language): string | undefined {
  const ranges: [first: number, last: number][] = [];
  for (const number of numbers) {
    const range = ranges.at(-1);
    if (range?.[1] === number - 1) range[1] = number;
    else ranges.push([number, number]);
  }
  if (ranges.length > MOST) return undefined;
  const parts = ranges.map(([first, last]) => (first === last ? String(first) : `${first}–${last}`));
  return new Intl.ListFormat(language).format(parts);
}

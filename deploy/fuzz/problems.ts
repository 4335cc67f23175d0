import type { FuzzReport } from './fuzz-photos.ts';

/** Resident memory moves by some MiB with what was decoded last; a leak of 10 kB a photo shows in a full run. */
const MOST_GROWTH = 40 * 2 ** 20;

/** What a run shows to be broken, in words; empty if all is well. */
export function problemsOf({ findings, ends, memory }: FuzzReport, photos: number): string[] {
  const looked = Object.values(ends).reduce((sum, count) => sum + count, 0);
  const growth = memory ? memory.end - memory.warm : 0;
  return [
    ...(findings.length > 0 ? [`${findings.length} photos got no proper answer.`] : []),
    ...(looked < photos ? [`Only ${looked} of ${photos} photos were looked at.`] : []),
    ...(growth > MOST_GROWTH ? [`Memory grew by ${Math.round(growth / 2 ** 20)} MiB.`] : []),
  ];
}

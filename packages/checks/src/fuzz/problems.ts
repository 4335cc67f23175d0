import type { FuzzReport } from './fuzz-photos.ts';

/** Allowed growth in a round of 500 photos, bytes: 16 kB a photo, less than most files have. */
const MOST_GROWTH = 8 * 2 ** 20;

/** The problems of a run, in words. */
export function problemsOf({ findings, ends, memory }: FuzzReport, photos: number): string[] {
  const looked = Object.values(ends).reduce((sum, count) => sum + count, 0);
  const growth = usualGrowth(memory);
  return [
    ...(findings.length > 0 ? [`${findings.length} photos got no proper answer.`] : []),
    ...(looked < photos ? [`Only ${looked} of ${photos} photos were looked at.`] : []),
    ...(growth > MOST_GROWTH ? [`Memory grew by ${Math.round(growth / 2 ** 20)} MiB a round.`] : []),
  ];
}

/** The median growth of a round, bytes: an allocator grows in rare large steps, a leak grows in every round. */
function usualGrowth(memory: number[]): number {
  const steps = memory.slice(1).map((bytes, i) => bytes - memory[i]!);
  return steps.toSorted((a, b) => a - b)[steps.length >> 1] ?? 0;
}

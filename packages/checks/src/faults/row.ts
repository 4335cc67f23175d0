import type { Tally } from '../harness/answers/tally.ts';

/** What is left of photos in the end. It should be nothing. */
export interface Left {
  files: number;
  slots: number;
  jobs: number;
  messages: number;
}

/** The result of one fault. */
export interface Row extends Tally, Left {
  fault: string;
  /** Photos in work when it struck. */
  hit: number;
  seconds: number;
  /** The promises that were broken, in words. */
  problems: string[];
  /** Some of what broke them, for developers. */
  details: string[];
  /** Why the fault wasn't tried. */
  skipped?: string;
}

/** A row without figures: of a fault that could not be tried. */
export function emptyRow(fault: string, why: { skipped: string } | { problems: string[] }): Row {
  const counted = { sent: 0, refused: 0, once: 0, twice: 0, unanswered: 0, unreachable: 0, sorry: 0, stray: 0 };
  const left = { files: 0, slots: 0, jobs: 0, messages: 0 };
  return { fault, hit: 0, ...counted, broken: [], ...left, seconds: 0, problems: [], details: [], ...why };
}

import type { Tally } from '../harness/answers/tally.ts';

/** What is left over at the end. Everything should be 0. */
export interface Left {
  files: number;
  slots: number;
  jobs: number;
  messages: number;
}

export interface Row extends Tally, Left {
  fault: string;
  hit: number;
  seconds: number;
  problems: string[];
  /** Photos and files behind the problems, for developers. */
  details: string[];
  skipped?: string;
}

export function emptyRow(fault: string, why: { skipped: string } | { problems: string[] }): Row {
  const counted = { sent: 0, refused: 0, once: 0, twice: 0, unanswered: 0, unreachable: 0, sorry: 0, stray: 0 };
  const left = { files: 0, slots: 0, jobs: 0, messages: 0 };
  return { fault, hit: 0, ...counted, broken: [], ...left, seconds: 0, problems: [], details: [], ...why };
}

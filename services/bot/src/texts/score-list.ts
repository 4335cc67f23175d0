import type { DrawnFace } from '@attrai/contracts/result';
import type { Words } from './words.ts';

/** Scores of a crowd beyond this many stay in the picture only: a caption has 1,024 characters. */
const MOST_LISTED = 50;

/** Stands in the list for a face without a score. */
const NO_SCORE = '–';

export interface ScoreList {
  /** `6.3 · ≈5.1 · – · 7.0`, a line for each row of faces, each from left to right as in the picture; empty if none has a score. */
  list: string;
  /** How many faces found no room in it. */
  more: number;
}

/** Why faces have no score: one that looks like a child's, one that may be under 18, or there is one of each. */
export type Unscored = Record<'child' | 'unsure' | 'both', string>;

export function scoreList(faces: DrawnFace[], { score }: Words): ScoreList {
  if (faces.every((face) => face.score === null)) return { list: '', more: 0 };
  const listed = faces.slice(0, MOST_LISTED);
  const list = listed.map((face, i) => `${separator(listed[i - 1], face)}${scoreOf(face, score)}`).join('');
  return { list, more: faces.length - listed.length };
}

/** The words for those of `faces` that have no score, listed or not; none if all have one. */
export function whyUnscored(faces: DrawnFace[], words: Unscored): string[] {
  const reasons = new Set(faces.flatMap((face) => (face.score === null ? [face.unscored] : [])));
  const [reason] = reasons;
  if (reason === undefined) return [];
  return [words[reasons.size > 1 ? 'both' : reason]];
}

function separator(before: DrawnFace | undefined, face: DrawnFace): string {
  if (before === undefined) return '';
  return isNextRow(before, face) ? '\n' : ' · ';
}

/** Where an older estimator doesn't tell rows, one has begun when the next face is further to the left. */
function isNextRow(before: DrawnFace, face: DrawnFace): boolean {
  if (before.row !== undefined && face.row !== undefined) return before.row !== face.row;
  return middle(face) < middle(before);
}

function middle({ box: [x1, , x2] }: DrawnFace): number {
  return (x1 + x2) / 2;
}

function scoreOf(face: DrawnFace, score: Words['score']): string {
  if (face.score === null) return NO_SCORE;
  return `${face.confidence === 'low' ? '≈' : ''}${score(face.score)}`;
}

/** `From left to right: 6.3 · 5.1`, or several rows below `From left to right, row by row:`. */
export function inRows(list: string, order: string, rowByRow: string): string {
  return list.includes('\n') ? `${order}, ${rowByRow}:\n${list}` : `${order}: ${list}`;
}

import type { DrawnFace } from '@attrai/contracts/result';
import type { Words } from './words.ts';

/** Scores of a crowd beyond this many stay in the picture only: a caption has 1,024 characters. */
const MOST_LISTED = 50;

/** Stands in the list for a face without a score. */
const NO_SCORE = '–';

/** Why faces have no score: they look like children's, they may be under 18, or some are the one and some the other. */
export type Unscored = Record<'child' | 'unsure' | 'both', string>;

export interface ScoreWords {
  /** The score of the only face. */
  one(score: string): string;
  /** `From left to right`, and `row by row` if there are several rows. */
  order: string;
  rowByRow: string;
  /** `n` faces are not in the list. */
  more(n: number): string;
  /** What ≈ means. */
  uncertain: string;
  guess: string;
  unscored: Record<'theOne' | 'noneOfThem' | 'someOfThem', Unscored>;
}

/** `From left to right: 6.3 · ≈5.1 · – · 7.0`, a line for each row of faces; then what has to be said about them. */
export function scoredText(faces: DrawnFace[], words: ScoreWords, say: Words): string {
  const { theOne, noneOfThem, someOfThem } = words.unscored;
  const isOne = faces.length === 1;
  if (faces.every((face) => face.score === null)) return whyUnscored(faces, isOne ? theOne : noneOfThem).join();
  const listed = faces.slice(0, MOST_LISTED);
  const list = listed.map((face, i) => `${separator(listed[i - 1], face)}${scoreOf(face, say.score)}`).join('');
  const inRows = list.includes('\n') ? `${words.order}, ${words.rowByRow}:\n${list}` : `${words.order}: ${list}`;
  return [
    isOne ? words.one(list) : inRows,
    ...(faces.length > listed.length ? [words.more(faces.length - listed.length)] : []),
    ...whyUnscored(faces, someOfThem),
    ...(list.includes('≈') ? [words.uncertain] : []),
    words.guess,
  ].join('\n');
}

/** The words for the faces that have no score, listed or not; none if all have one. */
function whyUnscored(faces: DrawnFace[], words: Unscored): string[] {
  const reasons = new Set(faces.flatMap((face) => (face.score === null ? [face.unscored] : [])));
  const [reason] = reasons;
  if (reason === undefined) return [];
  return [words[reasons.size > 1 ? 'both' : reason]];
}

function separator(before: DrawnFace | undefined, face: DrawnFace): string {
  if (before === undefined) return '';
  return isNextRow(before, face) ? '\n' : ' · ';
}

/** Older estimators don't tell rows: then a row begins when the next face is further to the left. */
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

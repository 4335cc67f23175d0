import type { DrawnFace } from '@attrai/contracts/result';
import type { Words } from './words.ts';

/** Scores of a crowd beyond this many stay in the picture only: a caption has 1,024 characters. */
const MOST_LISTED = 50;

/** Stands in the list for a face without a score. */
const NO_SCORE = '–';

export interface ScoreList {
  /** `6.3 · ≈5.1 · – · 7.0` in the order of the faces in the picture; empty if none has a score. */
  list: string;
  /** How many faces found no room in it. */
  more: number;
  /** How many have no score, listed or not. */
  unscored: number;
}

export function scoreList(faces: DrawnFace[], { score }: Words): ScoreList {
  const unscored = faces.filter((face) => face.score === null).length;
  if (unscored === faces.length) return { list: '', more: 0, unscored };
  const listed = faces.slice(0, MOST_LISTED).map((face) => {
    if (face.score === null) return NO_SCORE;
    return `${face.confidence === 'low' ? '≈' : ''}${score(face.score)}`;
  });
  return { list: listed.join(' · '), more: faces.length - listed.length, unscored };
}

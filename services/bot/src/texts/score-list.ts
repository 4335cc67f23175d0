import type { ScoredFace } from '@attrai/contracts/result';
import type { Words } from './words.ts';

/** Scores of a crowd beyond this many stay in the picture only: a caption has 1,024 characters. */
const MOST_LISTED = 50;

/** `6.3 · ≈5.1 · 7.0` in the order drawn, and how many found no room. */
export function scoreList(faces: ScoredFace[], { score }: Words): { list: string; more: number } {
  const listed = faces
    .slice(0, MOST_LISTED)
    .map((face) => `${face.confidence === 'low' ? '≈' : ''}${score(face.score)}`);
  return { list: listed.join(' · '), more: faces.length - listed.length };
}

import type { Face } from '../../src/vision.ts';

/** A face that must have a score. */
export function scored(face: Face) {
  if (face.score === null) throw new Error(`The face at ${face.box} has no score`);
  return face;
}

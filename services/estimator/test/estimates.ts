import type { Estimate, Face } from '@attrai/vision/vision';

export const PICTURE = Buffer.from('the picture');

const found = (left: number): Pick<Face, 'box' | 'row' | 'landmarks' | 'detection'> => ({
  box: [left, 20, 30, 40],
  row: 0,
  landmarks: [
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
    [9, 10],
  ],
  detection: 0.99,
});
const face = (score: number): Face => ({ ...found(score), score, confidence: 'high' });
export const CHILD: Face = { ...found(12), score: null, unscored: 'child' };
export const UNSURE: Face = { ...found(22), row: 1, score: null, unscored: 'unsure' };

const ms = {
  decode: 1,
  pyramid: 1,
  pnet: 1,
  rnet: 1,
  onet: 1,
  age: 1,
  align: 1,
  score: 1,
  draw: 1,
  encode: 1,
  total: 10,
};
export const TWO_FACES: Estimate = {
  width: 100,
  height: 50,
  faces: [face(3.1), face(7.4)],
  picture: PICTURE,
  ms,
  cpuMs: ms,
};
export const NO_FACE: Estimate = { ...TWO_FACES, faces: [], picture: undefined };

import type { Landmarks } from '../vision.ts';

/** Room around the face in the chip, as a share of the face's own frame. dlib's nets were trained with this `padding`. */
export const PADDING = 0.25;

/**
 * Left eye, right eye, nose, left and right mouth corner in the unit square of dlib's mean face shape (get_face_chip_details). An eye
 * is the mean of its six points there.
 */
const MEAN_FACE: Landmarks = [
  [0.2254918, 0.2159903],
  [0.7547613, 0.2159903],
  [0.490127, 0.515625],
  [0.254149, 0.780233],
  [0.726104, 0.780233],
];

/** Where the five landmarks belong in a square chip of `side` pixels. @param padding room around the face */
export function template(side: number, padding = PADDING): Landmarks {
  const place = (share: number) => ((padding + share) / (2 * padding + 1)) * side;
  return MEAN_FACE.map(([x, y]) => [place(x), place(y)]) as Landmarks;
}

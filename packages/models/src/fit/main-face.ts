import type { Box } from '@attrai/vision/vision';

/**
 * The face that a picture with one rating is about: large and near the middle. Area minus twice the squared distance of the
 * centres, as in the PyTorch port's "center weighted size".
 */
export function mainFace<Face extends { box: Box }>(
  faces: readonly Face[],
  width: number,
  height: number,
): Face | undefined {
  const weight = ({ box: [x1, y1, x2, y2] }: Face) =>
    (x2 - x1) * (y2 - y1) - 2 * (((x1 + x2 - width) / 2) ** 2 + ((y1 + y2 - height) / 2) ** 2);
  return faces.toSorted((a, b) => weight(b) - weight(a))[0];
}

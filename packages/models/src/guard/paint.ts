import type { Landmarks, Point } from '@attrai/vision/vision';
import sharp from 'sharp';
import { openRaw, type Raw } from '../raw.ts';

const QUALITY = 92;
/** Distance from the middle between the eyes to the mouth of a face seen from the front, in eye distances. */
const EYES_TO_MOUTH = 1.05;
/** On a face that looks up or down, drawings are not flattened below this share of the eye distance. */
const FLATTEST = 0.6;

/**
 * Draws on a face and gives the photo as JPEG.
 *
 * @param svg in units of the face: (0, 0) is the middle between the eyes, the eye distance is 1, the mouth is at about y = 1.05
 */
export function paint(photo: Raw, landmarks: Landmarks, svg: string): Promise<Buffer> {
  const [left, right, , ...mouth] = landmarks;
  const eyes = middle(left, right);
  const [mouthX, mouthY] = middle(...mouth);
  const across = Math.max(Math.hypot(right[0] - left[0], right[1] - left[1]), 1);
  const down = Math.max(Math.hypot(mouthX - eyes[0], mouthY - eyes[1]) / EYES_TO_MOUTH, FLATTEST * across);
  const [x, y] = [(right[0] - left[0]) / across, (right[1] - left[1]) / across];
  const matrix = [across * x, across * y, -down * y, down * x, ...eyes];
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${photo.width}" height="${photo.height}"><g transform="matrix(${matrix.join(' ')})">${svg}</g></svg>`;
  // loadVision makes sharp refuse SVG, since photos come from strangers. This drawing is our own.
  sharp.unblock({ operation: ['VipsForeignLoadSvg'] });
  return openRaw(photo)
    .composite([{ input: Buffer.from(drawing) }])
    .jpeg({ quality: QUALITY })
    .toBuffer();
}

function middle([ax, ay]: Point, [bx, by]: Point): Point {
  return [(ax + bx) / 2, (ay + by) / 2];
}

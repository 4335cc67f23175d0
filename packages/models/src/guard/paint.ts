import type { Landmarks, Point } from '@attrai/vision/vision';
import sharp from 'sharp';
import type { Raw } from '../robustness/changes.ts';

const QUALITY = 92;
/** From the middle between the eyes to the mouth, in distances of the eyes, of a face seen from the front. */
const EYES_TO_MOUTH = 1.05;
/** A face that looks up or down is not drawn on flatter than this part of the eyes' distance. */
const FLATTEST = 0.6;

/**
 * Draws on a face: the photo with it, as JPEG.
 *
 * @param svg in units of the face: 0, 0 is the middle between the eyes, x is 1 for the distance of the eyes, the mouth is about y = 1.05
 */
export function paint({ data, width, height }: Raw, landmarks: Landmarks, svg: string): Promise<Buffer> {
  const [left, right, , ...mouth] = landmarks;
  const eyes = middle(left, right);
  const [mouthX, mouthY] = middle(...mouth);
  const across = Math.max(Math.hypot(right[0] - left[0], right[1] - left[1]), 1);
  const down = Math.max(Math.hypot(mouthX - eyes[0], mouthY - eyes[1]) / EYES_TO_MOUTH, FLATTEST * across);
  const [x, y] = [(right[0] - left[0]) / across, (right[1] - left[1]) / across];
  const matrix = [across * x, across * y, -down * y, down * x, ...eyes];
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><g transform="matrix(${matrix.join(' ')})">${svg}</g></svg>`;
  // The drawing is our own: loadVision has sharp refuse SVG because photos come from strangers.
  sharp.unblock({ operation: ['VipsForeignLoadSvg'] });
  return sharp(data, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(drawing) }])
    .jpeg({ quality: QUALITY })
    .toBuffer();
}

function middle([ax, ay]: Point, [bx, by]: Point): Point {
  return [(ax + bx) / 2, (ay + by) / 2];
}

import { loadVision } from '@attrai/vision/load-vision';
import type { Box } from '@attrai/vision/vision';
import sharp from 'sharp';
import { MODELS_DIR } from './suite.ts';

/** Of 255. JPEG changes a pixel by less, a drawn line by more. */
const CLEARLY_CHANGED = 60;
/** Pixels by which a box may differ from the one found here, because photos are encoded again on their way. */
const TOLERANCE = 3;
/** Labels cover a part of each box. */
const LEAST_SHARE = 0.6;

/** The faces that the pipeline finds in a photo. */
export async function findBoxes(photo: Buffer): Promise<Box[]> {
  const vision = await loadVision({ modelsDir: MODELS_DIR });
  try {
    return (await vision.estimate(photo)).faces.map(({ box }) => box);
  } finally {
    await vision.close();
  }
}

/** Counts the `boxes` that are drawn in `picture`, which has the size of `photo`. */
export async function countDrawn(boxes: Box[], photo: Buffer, picture: Buffer): Promise<number> {
  const [before, after] = await Promise.all(
    [photo, picture].map((bytes) => sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })),
  );
  const { width, height, channels } = before!.info;
  if (after!.info.width !== width || after!.info.height !== height) throw new Error('the picture has another size');

  const changed = (x: number, y: number) => {
    const at = (Math.round(y) * width + Math.round(x)) * channels;
    return [0, 1, 2].some((c) => Math.abs(before!.data[at + c]! - after!.data[at + c]!) > CLEARLY_CHANGED);
  };
  const offsets = Array.from({ length: 2 * TOLERANCE + 1 }, (_, i) => i - TOLERANCE);
  const isDrawn = ([x1, y1, x2, y2]: Box) => {
    const steps = Array.from({ length: 41 }, (_, i) => i / 40);
    const hits = steps.flatMap((t) => [
      ...[y1, y2].map((y) => offsets.some((offset) => changed(x1 + t * (x2 - x1), y + offset))),
      ...[x1, x2].map((x) => offsets.some((offset) => changed(x + offset, y1 + t * (y2 - y1)))),
    ]);
    return hits.filter(Boolean).length / hits.length > LEAST_SHARE;
  };
  return boxes.filter(isDrawn).length;
}

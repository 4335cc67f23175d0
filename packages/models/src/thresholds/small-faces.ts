import { readFile } from 'node:fs/promises';
import { loadVision } from '@attrai/vision/load-vision';
import { longerSide, MAX_SIDE, type Vision } from '@attrai/vision/vision';
import sharp from 'sharp';
import { mainFace } from '../fit/main-face.ts';

/** How the scores of faces of one size differ from those of the same faces at full size. */
export interface SmallFaces {
  /** Longer side of the face's box, pixels. */
  side: number;
  /** Photos whose main face is larger than that, and is scored. */
  photos: number;
  /** Score at this size minus score at full size, points of ten, for the faces that still have a score. */
  shifts: number[];
}

const SIDES = [24, 30, 36, 40, 50, 60, 70, 80, 100, 140];
/** Smaller than all of them, since some boxes come out smaller. */
const SMALLEST_FOUND = 20;

/** Lets the whole pipeline score photos that are reduced until the main face has each of these sizes, and saved as JPEG. */
export async function scoreSmallFaces(
  files: readonly string[],
  { modelsDir, scorerModel }: { modelsDir: string; scorerModel: string },
  onProgress: (done: number) => void,
): Promise<SmallFaces[]> {
  const vision = await loadVision({ modelsDir, scorerModel, minFace: SMALLEST_FOUND });
  const sizes = SIDES.map((side): SmallFaces => ({ side, photos: 0, shifts: [] }));
  try {
    for (const [i, file] of files.entries()) {
      const photo = await readFile(file);
      const large = await lookAt(photo, vision);
      for (const size of large === undefined ? [] : sizes.filter(({ side }) => side < large.side)) {
        const small = await lookAt(await reducePhoto(photo, (large!.width * size.side) / large!.side), vision);
        size.photos++;
        if (small !== undefined) size.shifts.push(small.score - large!.score);
      }
      onProgress(i + 1);
    }
  } finally {
    await vision.close();
  }
  return sizes;
}

/** The main face's score and longer side, if it has a score; side and width in pixels of the reduced photo. */
async function lookAt(photo: Buffer, vision: Vision) {
  const { faces, width, height } = await vision.estimate(photo);
  const face = mainFace(faces, { width, height });
  if (face === undefined || face.score === null) return undefined;
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  return { score: face.score, side: scale * longerSide(face.box), width: scale * width };
}

/** Small photos mostly come as JPEG too. It takes more from small faces than the missing pixels do. */
const JPEG_QUALITY = 80;

/** The photo, upright, reduced to this width (rounded), as JPEG. */
function reducePhoto(photo: Buffer, width: number): Promise<Buffer> {
  const reduced = sharp(photo)
    .autoOrient()
    .resize({ width: Math.round(width) });
  return reduced.jpeg({ quality: JPEG_QUALITY }).toBuffer();
}

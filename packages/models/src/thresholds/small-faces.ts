import { readFile } from 'node:fs/promises';
import { loadVision } from '@attrai/vision/load-vision';
import { longerSide } from '@attrai/vision/longer-side';
import { MAX_SIDE, type Vision } from '@attrai/vision/vision';
import { mainFace } from '../fit/main-face.ts';
import { reducePhoto } from '../reduce-photo.ts';

/** How the scores of faces of one size differ from those of the same faces larger. */
export interface SmallFaces {
  /** Longer side of the face's box, pixels. */
  side: number;
  /** Photos whose largest, most central face is larger, and scored. */
  photos: number;
  /** Score of that face so small minus its score in the photo as it is, of ten; of those that still have one. */
  shifts: number[];
}

const SIDES = [24, 30, 36, 40, 50, 60, 70, 80, 100, 140];
/** Below the least of these, since some boxes come out smaller. */
const SMALLEST_FOUND = 20;

/** Has the whole pipeline score photos reduced until the face has each of some sizes, and saved as JPEG. */
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

/** The main face's score and longer side, if it has a score; side and width in pixels of the photo as it is worked on. */
async function lookAt(photo: Buffer, vision: Vision) {
  const { faces, width, height } = await vision.estimate(photo);
  const face = mainFace(faces, width, height);
  if (face === undefined || face.score === null) return undefined;
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  return { score: face.score, side: scale * longerSide(face.box), width: scale * width };
}

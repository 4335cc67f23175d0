import path from 'node:path';
import { AgeNet } from '@attrai/vision/age/age-net';
import { whoIsScored } from '@attrai/vision/age/who-is-scored';
import { alignmentResidual } from '@attrai/vision/align/align';
import { confidenceOf, signalsOf } from '@attrai/vision/confidence';
import { Detector } from '@attrai/vision/detect/detector';
import { loadOwnModel } from '@attrai/vision/load-vision';
import { VIEWS } from '../nets/views.ts';
import { type Reason, readEach, type Skipped } from '../skipped.ts';
import { FaceDescriber } from './describe.ts';
import { markOf } from './fitted-on.ts';
import { readMainFace } from './main-face.ts';
import type { RatedPictures, Rating } from './ratings.ts';

/** A rated face as the head sees it. */
export interface RatedFace extends Rating {
  /** Of the picture's bytes, see `fitted-on.ts`. */
  mark: string;
  /** [views · 2208]: for each view the mean of the picture's features and its mirror image's. */
  features: Float64Array;
  /** The distance of the landmarks from a face seen from the front, pixels of the chip. */
  residual: number;
  confidence: 'high' | 'low';
  /** Faces found in the picture; the largest and most central one was taken. */
  found: number;
}

/** Finds, aligns and describes the face of each rated picture. Faces that the estimator would not score are left out. */
export async function readFaces(
  ratings: readonly Rating[],
  { imageDir, adults, modelsDir }: Pick<RatedPictures, 'imageDir' | 'adults'> & { modelsDir: string },
  onProgress: (done: number) => void,
): Promise<{ faces: RatedFace[]; skipped: Skipped[] }> {
  const detector = await Detector.open({ modelsDir });
  const describer = await FaceDescriber.open(modelsDir);
  const own = await loadOwnModel(modelsDir, 1);
  const ageNet = await AgeNet.open(modelsDir, 1);

  const readFace = async (rating: Rating): Promise<RatedFace | Reason> => {
    const read = await readMainFace(path.join(imageDir, rating.file), detector);
    if (typeof read === 'string') return read;
    const { bytes, mips, face, found } = read;
    const [reading] = await own.read(own.cutChips(mips, [face]));
    const [years] = await ageNet.estimate(mips, [face]);
    const who = whoIsScored(reading!.signs!, years!, own.guard);
    if (who === 'child' || (who === 'unsure' && !adults)) return 'looks under 18: not scored';
    const views = await describer.describe(
      read,
      VIEWS.map(({ padding }) => padding),
    );
    return {
      ...rating,
      mark: markOf(bytes),
      features: Float64Array.from(
        views.flatMap(({ chip, mirrored }) => [...chip].map((x, j) => (x + mirrored[j]!) / 2)),
      ),
      residual: alignmentResidual(face.landmarks),
      confidence: confidenceOf(signalsOf(face, mips.photo, reading!.disagreement)),
      found,
    };
  };
  try {
    const { found: faces, skipped } = await readEach(ratings, readFace, onProgress);
    return { faces, skipped };
  } finally {
    await Promise.all([detector.close(), describer.close(), own.close(), ageNet.close()]);
  }
}

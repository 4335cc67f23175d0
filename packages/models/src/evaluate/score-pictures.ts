import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gradeOf } from '@attrai/contracts/errors';
import { loadVision } from '@attrai/vision/load-vision';
import { parseScorerMetadata } from '@attrai/vision/score/metadata';
import { readMetadataProps } from '@attrai/vision/score/metadata-props';
import type { Vision } from '@attrai/vision/vision';
import { markOf, splitMarks } from '../fit/fitted-on.ts';
import { mainFace } from '../fit/main-face.ts';
import type { Rating, Skipped } from '../fit/ratings.ts';
import { FITTED_ON_KEY } from '../head.ts';
import { rawOf } from './raw-of.ts';

/** What the pipeline says of a rated picture. */
export interface Scored extends Rating {
  /** On the scale of the model's raw output. */
  prediction: number;
  /** 0 to 10, as it is shown. */
  score: number;
  confidence: 'high' | 'low';
  /** Faces found in the picture; the largest and most central one was taken. */
  found: number;
}

export interface ScoredPictures {
  scored: Scored[];
  skipped: Skipped[];
  /** Of the scored pictures those on which the model's head was fitted, byte for byte; undefined where the model doesn't say. */
  fittedOn: number | undefined;
}

/** Has the whole pipeline score each rated picture, with the default sizes and thresholds. */
export async function scorePictures(
  ratings: readonly Rating[],
  imageDir: string,
  { modelsDir, scorerModel, adults }: { modelsDir: string; scorerModel: string; adults: boolean },
  onProgress: (done: number) => void,
): Promise<ScoredPictures> {
  const vision = await loadVision({ modelsDir, scorerModel });
  const props = readMetadataProps(await readFile(scorerModel));
  const { knots } = parseScorerMetadata(props).scale;
  const marks = props.get(FITTED_ON_KEY);
  const fittedOn = marks === undefined ? undefined : splitMarks(marks);
  const scored: Scored[] = [];
  const skipped: Skipped[] = [];
  let known = 0;
  try {
    for (const [i, rating] of ratings.entries()) {
      const bytes = await readFile(path.join(imageDir, rating.file)).catch(() => undefined);
      const shown = bytes === undefined ? 'file missing' : await scoreOf(bytes, vision, adults);
      if (typeof shown === 'string') skipped.push({ file: rating.file, reason: shown });
      else {
        scored.push({ ...rating, ...shown, prediction: rawOf(knots, shown.score) });
        if (fittedOn?.has(markOf(bytes!))) known++;
      }
      onProgress(i + 1);
    }
  } finally {
    await vision.close();
  }
  return { scored, skipped, fittedOn: fittedOn && known };
}

async function scoreOf(
  bytes: Buffer,
  vision: Vision,
  adultsConfirmed: boolean,
): Promise<Pick<Scored, 'score' | 'confidence' | 'found'> | Skipped['reason']> {
  const estimate = await vision.estimate(bytes, { adultsConfirmed }).catch((error: unknown) => {
    if (gradeOf(error) === 'final') return undefined;
    throw error;
  });
  if (estimate === undefined) return 'unreadable';
  const face = mainFace(estimate.faces, estimate.width, estimate.height);
  if (face === undefined) return 'no face found';
  if (face.score === null) return 'looks under 18: not scored';
  return { score: face.score, confidence: face.confidence, found: estimate.faces.length };
}

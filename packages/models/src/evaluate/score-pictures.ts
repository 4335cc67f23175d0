import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { loadVision } from '@attrai/vision/load-vision';
import { parseScorerMetadata, type ScorerScale } from '@attrai/vision/score/metadata';
import { readMetadataProps } from '@attrai/vision/score/metadata-props';
import { markOf, splitMarks } from '../fit/fitted-on.ts';
import { mainFace } from '../fit/main-face.ts';
import type { RatedPictures, Rating } from '../fit/ratings.ts';
import { FITTED_ON_KEY } from '../head.ts';
import { orUnreadable, type Reason, readEach, type Skipped } from '../skipped.ts';

/** The pipeline's answer for a rated picture. */
export interface Scored extends Rating {
  /** On the scale of the model's raw output. */
  prediction: number;
  /** 0 to 10, as it is shown. */
  score: number;
  confidence: 'high' | 'low';
  /** Faces found in the picture; the largest and most central one was taken. */
  found: number;
}

interface ScoredPictures {
  scored: Scored[];
  skipped: Skipped[];
  /** How many of the scored pictures the model's head was fitted on, byte for byte; undefined if the model doesn't say. */
  fittedOn: number | undefined;
}

/** Lets the whole pipeline score each rated picture, with the default sizes and thresholds. */
export async function scorePictures(
  ratings: readonly Rating[],
  {
    imageDir,
    adults,
    modelsDir,
    scorerModel,
  }: Pick<RatedPictures, 'imageDir' | 'adults'> & { modelsDir: string; scorerModel: string },
  onProgress: (done: number) => void,
): Promise<ScoredPictures> {
  const vision = await loadVision({ modelsDir, scorerModel });
  const props = readMetadataProps(await readFile(scorerModel));
  const { knots } = parseScorerMetadata(props).scale;
  const marks = props.get(FITTED_ON_KEY);
  const fittedOn = marks === undefined ? undefined : splitMarks(marks);
  let known = 0;
  const score = async (rating: Rating): Promise<Scored | Reason> => {
    const bytes = await readFile(path.join(imageDir, rating.file)).catch(() => undefined);
    if (bytes === undefined) return 'file missing';
    const estimate = await orUnreadable(vision.estimate(bytes, { adultsConfirmed: adults }));
    if (estimate === 'unreadable') return estimate;
    const face = mainFace(estimate.faces, estimate);
    if (face === undefined) return 'no face found';
    if (face.score === null) return 'looks under 18: not scored';
    if (fittedOn?.has(markOf(bytes))) known++;
    const { score, confidence } = face;
    return { ...rating, score, confidence, found: estimate.faces.length, prediction: rawOf(knots, score) };
  };
  try {
    const { found: scored, skipped } = await readEach(ratings, score, onProgress);
    return { scored, skipped, fittedOn: fittedOn && known };
  } finally {
    await vision.close();
  }
}

/** The raw output behind a score from 0 to 10: the scale's line read backwards. Beyond the ends it is the nearest knot's. */
export function rawOf(knots: ScorerScale['knots'], score: number): number {
  const next = knots.findIndex(([, at]) => score < at);
  if (next === 0) return knots[0]![0];
  if (next === -1) return knots.at(-1)![0];
  const [x1, y1] = knots[next - 1]!;
  const [x2, y2] = knots[next]!;
  return x1 + ((score - y1) / (y2 - y1)) * (x2 - x1);
}

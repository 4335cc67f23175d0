import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** Length of what O-Net knows of a crop before it answers: its layer fc1 after the PReLU. */
const FEATURES = 256;

const coveredHead = z.strictObject({
  intercept: z.number(),
  /** For the features as they are: standardisation is already folded in. */
  weights: z.array(z.number()).length(FEATURES),
});

/**
 * Tells a face that is half covered from one that is not, from what O-Net knows of it: log-odds = intercept + weights · features. Take the mean
 * of the log-odds of a face's crop and of the crop's mirror image, both cut as detect/settle.ts does.
 *
 * A logistic regression (sd of a feature at least 0.1, C = 0.3) on 14,285 pictures made of 3,185 faces of UTKFace, 20 to 60 years old. In 5,783
 * of them a hand, a cloth or a sign over half of the face, a mask, sunglasses or hair over one eye was drawn, or the picture was cut through
 * the face; the others, 1,488 with drawn glasses, had the same changes of light, focus and size. UTKFace is for non-commercial research.
 *
 * Log-odds above 0, share of pictures of sets it was not fitted on: 0.9% of plain Asian faces (All-Age-Faces), 1.2% of plain OMI faces, most of
 * these in sunglasses or with heavy glasses, and 97% of covered ones in both. Of UTKFace by cross-validation: 1.5% of plain faces (0.3 to
 * 2.3% by the race it names; white 1.6%, black 2.3%), 4% of those with glasses, 94% of covered ones. Area under the curve: 0.98, 0.99, 0.99.
 */
export type CoveredHead = z.infer<typeof coveredHead>;

export async function readCoveredHead(): Promise<CoveredHead> {
  return coveredHead.parse(JSON.parse(await readFile(path.join(import.meta.dirname, 'covered.json'), 'utf8')));
}

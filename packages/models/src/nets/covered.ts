import path from 'node:path';
import { z } from 'zod';
import { readJson } from '../read-json.ts';

/** O-Net's features of a crop: its layer fc1 after the PReLU. */
const FEATURES = 256;

const coveredHead = z.strictObject({
  intercept: z.number(),
  /** For features that are not standardised. */
  weights: z.array(z.number()).length(FEATURES),
});

/**
 * Separates faces that are half covered from others by O-Net's features: log-odds = intercept + weights · features. Take the mean of the
 * log-odds of a face's crop and of the crop's mirror image, both cut as detect/settle.ts does.
 *
 * It is a logistic regression (sd of a feature at least 0.1, C = 0.3) on 14,285 pictures made of 3,185 faces of UTKFace, 20 to 60 years old. In
 * 5,783 pictures a hand, a cloth or a sign over half of the face, a mask, sunglasses or hair over one eye was drawn, or the picture was cut
 * through the face. The others, 1,488 of them with drawn glasses, had the same changes of light, focus and size. UTKFace is for non-commercial
 * research.
 *
 * Share of pictures with log-odds above 0 in sets that it was not fitted on: 0.9% of uncovered Asian faces (All-Age-Faces); 1.2% of uncovered OMI
 * faces, most of these with sunglasses or heavy glasses; 97% of covered faces in both. In UTKFace by cross-validation: 1.5% of uncovered
 * faces (0.3 to 2.3% by the race it names; white 1.6%, black 2.3%), 4% of those with glasses, 94% of covered ones. Area under the curve: 0.98,
 * 0.99, 0.99.
 */
export type CoveredHead = z.infer<typeof coveredHead>;

export const readCoveredHead = () => readJson(path.join(import.meta.dirname, 'covered.json'), coveredHead);

import { expect, test } from 'vitest';
import { template } from '../src/align/template.ts';
import { confidenceOf, HIGHEST_DISAGREEMENT } from '../src/confidence.ts';
import type { Landmarks } from '../src/detect/onet.ts';
import type { Box } from '../src/vision.ts';

const frontal = template(300);
/** As seen from the side: nose and far eye moved. */
const profile = frontal.map(([x, y], i) => [x + (i === 1 ? -60 : i === 2 ? 70 : 0), y]) as Landmarks;

const AGREED = { disagreement: 1, signs: { adulthood: 1, glasses: -1, cover: -1 } };
const RULE = { covered: -0.6 };

test.each([
  ['a clear face from the front', 300, frontal, 0.9999, 'high'],
  ['a face in profile', 300, profile, 0.9999, 'low'],
  ['a box that is hardly a face', 300, frontal, 0.97, 'low'],
  ['a face that is just large enough', 80, template(80), 0.9999, 'high'],
  ['a face that is too small', 79, template(79), 0.9999, 'low'],
] as const)('knows how far to trust the score of %s', (_, side, landmarks, probability, confidence) => {
  const face = { box: [100, 50, 100 + 0.8 * side, 50 + side] as Box, landmarks, probability };
  expect(confidenceOf(face, AGREED, RULE)).toBe(confidence);
});

test.each([
  ['a face of which nothing is covered', AGREED, 'high'],
  ['a face half covered', { ...AGREED, signs: { ...AGREED.signs, cover: 0.2 } }, 'low'],
  ['a face whose views are scored quite differently', { ...AGREED, disagreement: HIGHEST_DISAGREEMENT + 0.1 }, 'low'],
] as const)('knows how far to trust the score of %s', (_, reading, confidence) => {
  const face = { box: [100, 50, 340, 350] as Box, landmarks: frontal, probability: 0.9999 };
  expect(confidenceOf(face, reading, RULE)).toBe(confidence);
});

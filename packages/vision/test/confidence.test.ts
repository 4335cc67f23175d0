import { expect, test } from 'vitest';
import { template } from '../src/align/template.ts';
import { confidenceOf } from '../src/confidence.ts';
import type { Landmarks } from '../src/detect/onet.ts';

const frontal = template(300);
/** As seen from the side: nose and far eye moved. */
const profile = frontal.map(([x, y], i) => [x + (i === 1 ? -60 : i === 2 ? 70 : 0), y]) as Landmarks;

test.each([
  ['a clear face from the front', 300, frontal, 0.9999, 'high'],
  ['a face in profile', 300, profile, 0.9999, 'low'],
  ['a box that is hardly a face', 300, frontal, 0.97, 'low'],
  ['a face that is just large enough', 80, template(80), 0.9999, 'high'],
  ['a face that is too small', 79, template(79), 0.9999, 'low'],
] as const)('knows how far to trust the score of %s', (_, side, landmarks, probability, confidence) => {
  expect(confidenceOf({ box: [100, 50, 100 + 0.8 * side, 50 + side], landmarks, probability })).toBe(confidence);
});

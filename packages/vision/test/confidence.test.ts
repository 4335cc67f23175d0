import { expect, test } from 'vitest';
import { template } from '../src/align/template.ts';
import { confidenceOf } from '../src/confidence.ts';
import type { Landmarks } from '../src/detect/onet.ts';

const frontal = template(300);
/** As seen from the side: nose and far eye moved. */
const profile = frontal.map(([x, y], i) => [x + (i === 1 ? -60 : i === 2 ? 70 : 0), y]) as Landmarks;

test.each([
  ['a clear face from the front', frontal, 0.9999, 'high'],
  ['a face in profile', profile, 0.9999, 'low'],
  ['a box that is hardly a face', frontal, 0.97, 'low'],
] as const)('knows how far to trust the score of %s', (_, landmarks, probability, confidence) => {
  expect(confidenceOf({ box: [0, 0, 300, 300], landmarks, probability })).toBe(confidence);
});

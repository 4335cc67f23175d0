import { expect, test } from 'vitest';
import { template } from '../src/align/template.ts';
import { confidenceOf, type Signals, signalsOf } from '../src/confidence.ts';
import type { Detection } from '../src/detect/onet.ts';
import type { SettledFace } from '../src/detect/settle.ts';
import type { Landmarks } from '../src/vision.ts';

const frontal = template(300);
/** A face seen from the side: nose and far eye are moved. */
const profile = frontal.map(([x, y], i) => [x + (i === 1 ? -60 : i === 2 ? 70 : 0), y]) as Landmarks;

test.each([
  ['a clear face from the front', 300, frontal, 0.9999, 'high'],
  ['a face in profile', 300, profile, 0.9999, 'low'],
  ['a box that is hardly a face', 300, frontal, 0.97, 'low'],
  ['a face that is just large enough', 80, template(80), 0.9999, 'high'],
  ['a face that is too small', 79, template(79), 0.9999, 'low'],
] as const)('knows how far to trust the score of %s', (_, side, landmarks, probability, confidence) => {
  const face = settled({ box: [100, 50, 100 + 0.8 * side, 50 + side], landmarks, probability });
  expect(confidenceOf(signalsOf(face, { width: 600, height: 600 }, 1))).toBe(confidence);
});

const clear: Signals = { side: 300, residual: 3, detection: 0.9999, covered: -5, outside: 0, disagreement: 1 };

test.each([
  ['half covered', { covered: 1 }],
  ["cut by the photo's edge", { outside: 0.2 }],
  ['scored quite differently by its views', { disagreement: 3.5 }],
])('doubts the score of a face that is %s', (_, signal) => {
  expect(confidenceOf(clear)).toBe('high');
  expect(confidenceOf({ ...clear, ...signal })).toBe('low');
});

test.each([
  [600, 0],
  [122, 0.25],
  [100, 0.5],
])('measures how much of a face lies outside a photo that is %i pixels wide', (width, outside) => {
  // Eyes and mouth 40 apart: a square of 88 around [100, 100].
  const landmarks = ['80 80', '120 80', '100 100', '80 120', '120 120'].map((point) => point.split(' ').map(Number));
  const face = settled({ box: [50, 50, 150, 150], landmarks: landmarks as Landmarks, probability: 1 });
  expect(signalsOf(face, { width, height: 600 }, 1).outside).toBeCloseTo(outside);
});

function settled(first: Detection): SettledFace {
  return { ...first, first, covered: -5 };
}

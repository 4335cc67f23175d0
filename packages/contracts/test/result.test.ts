import { expect, test } from 'vitest';
import { drawnFace } from '../src/result.ts';

const box = [1, 2, 30, 40];
const child = { box, row: 0, score: null, unscored: 'child' };

test.each([
  ['with a score', { box, row: 2, score: 6.3, confidence: 'low' }],
  ['that looks like a child', child],
  ['that may be under 18', { ...child, unscored: 'unsure' }],
])('a face can be read %s', (_, face) => {
  expect(drawnFace.parse(face)).toEqual(face);
});

test.each([
  ['no score and no reason', { box, score: null }],
  ['a reason that is none', { ...child, unscored: 'ugly' }],
  ['an age', { ...child, age: 9 }],
  ['a score and a reason for none', { ...child, score: 6.3, confidence: 'high' }],
  ['half a row', { ...child, row: 0.5 }],
])('a face with %s is refused', (_, face) => {
  expect(drawnFace.safeParse(face).success).toBe(false);
});

import { expect, test } from 'vitest';
import { drawnFace } from '../src/result.ts';

const box = [1, 2, 30, 40];
const child = { box, score: null, unscored: 'looks_under_18' };

test.each([
  ['with a score, as before there were others', { box, score: 6.3, confidence: 'low' }],
  ['without one, and why', child],
])('a face can be read %s', (_, face) => {
  expect(drawnFace.parse(face)).toEqual(face);
});

test.each([
  ['no score and no reason', { box, score: null }],
  ['a reason that is none', { ...child, unscored: 'ugly' }],
  ['an age', { ...child, age: 9 }],
  ['a score and a reason for none', { ...child, score: 6.3, confidence: 'high' }],
])('a face with %s is refused', (_, face) => {
  expect(drawnFace.safeParse(face).success).toBe(false);
});

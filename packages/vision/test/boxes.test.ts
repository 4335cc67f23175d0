import { expect, test } from 'vitest';
import { cropEdges, regress, square } from '../src/detect/boxes.ts';
import { overSmaller, overUnion, suppress } from '../src/detect/nms.ts';
import type { Box } from '../src/vision.ts';

test('measures overlap over the union of two boxes', () => {
  expect(overUnion([0, 0, 10, 10], [5, 0, 15, 10])).toBeCloseTo(50 / 150);
  expect(overUnion([0, 0, 10, 10], [0, 0, 10, 10])).toBe(1);
  expect(overUnion([0, 0, 10, 10], [10, 0, 20, 10])).toBe(0);
  expect(overUnion([0, 0, 10, 10], [20, 20, 30, 30])).toBe(0);
});

test('measures overlap over the smaller box with corners taken as whole pixels', () => {
  expect(overSmaller([0, 0, 9, 9], [5, 0, 14, 9])).toBeCloseTo(50 / 100);
  expect(overSmaller([0, 0, 99, 99], [10, 10, 19, 19])).toBe(1);
  expect(overSmaller([0, 0, 9, 9], [10, 0, 19, 9])).toBe(0);
});

test('keeps the most probable of overlapping boxes, and every box that stands apart', () => {
  const candidate = (box: Box, probability: number) => ({ box, probability });
  const weak = candidate([1, 0, 11, 10], 0.8);
  const strong = candidate([0, 0, 10, 10], 0.9);
  const apart = candidate([40, 0, 50, 10], 0.7);
  const half = candidate([5, 0, 15, 10], 0.6);
  expect(suppress([weak, apart, half, strong], 0.5, overUnion)).toEqual([strong, apart, half]);
  expect(suppress([weak, apart, half, strong], 0.3, overUnion)).toEqual([strong, apart]);
});

test('a suppressed box suppresses no other box', () => {
  const chain = [0, 4, 8].map((x, i) => ({ box: [x, 0, x + 10, 10] as Box, probability: 0.9 - i / 10 }));
  expect(suppress(chain, 0.4, overUnion)).toEqual([chain[0], chain[2]]);
});

test('moves corners in units of the box', () => {
  expect(regress([10, 20, 30, 60], [0.1, 0.1, -0.1, 0.5], 0)).toEqual([12, 24, 28, 80]);
  expect(regress([10, 20, 29, 59], [0.1, 0.1, -0.1, 0.5], 1)).toEqual([12, 24, 27, 79]);
});

test('squares a box around its centre', () => {
  expect(square([0, 0, 10, 20])).toEqual([-5, 0, 15, 20]);
  expect(square([0, 0, 20, 10])).toEqual([0, -5, 20, 15]);
});

test('cuts whole pixels inside the photo, one further to the left and top', () => {
  expect(cropEdges([10.9, 20.9, 30.9, 40.9], 100, 100)).toEqual([9, 19, 30, 40]);
  expect(cropEdges([-5, 0, 300, 40], 100, 50)).toEqual([0, 0, 100, 40]);
  expect(cropEdges([-50, -50, -10, -10], 100, 100)).toBeUndefined();
  expect(cropEdges([150, 10, 190, 50], 100, 100)).toBeUndefined();
});

import { expect, it } from 'vitest';
import { heightMoments } from '../src/nets/height-moments.ts';

const ROWS = 35;

it('the moments are the mean, below minus above, and both ends minus the middle', () => {
  const of = (rowMeans: number[]) => {
    const weights = heightMoments(ROWS);
    return [0, 1, 2].map((k) => rowMeans.reduce((sum, value, row) => sum + value * weights[k * ROWS + row]!, 0));
  };
  const heights = Array.from({ length: ROWS }, (_, row) => (2 * row + 1) / ROWS - 1);
  const [mean, below, ends] = of(heights.map(() => 7));
  expect([mean, below]).toEqual([expect.closeTo(7, 5), expect.closeTo(0, 5)]);
  expect(Math.abs(ends!)).toBeLessThan(0.01);

  const [, lower] = of(heights.map((height) => Math.max(0, height)));
  expect(lower).toBeGreaterThan(0.1);
  const [, upper] = of(heights.map((height) => Math.max(0, -height)));
  expect(upper).toBeCloseTo(-lower!, 5);
  const [, evenly, outer] = of(heights.map(Math.abs));
  expect(evenly).toBeCloseTo(0, 5);
  expect(outer).toBeGreaterThan(0.05);
});

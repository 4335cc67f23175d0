import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { mean } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { intervals } from '../src/evaluate/bootstrap.ts';
import { figuresOf, type Judged, ranks, spearman } from '../src/evaluate/figures.ts';
import { groupBy } from '../src/evaluate/groups.ts';
import { onTenPoints } from '../src/fit/scale.ts';

describe('rank correlation', () => {
  it('gives equal values the mean of their places', () => {
    expect(ranks([30, 10, 20, 20])).toEqual([4, 1, 2.5, 2.5]);
    // By hand: the ranks' deviations are (-1.5, 0, 0, 1.5) and (-1.5, 0.5, -0.5, 1.5): 4.5 / sqrt(4.5 * 5).
    expect(spearman([1, 2, 2, 3], [1, 3, 2, 4])).toBeCloseTo(4.5 / Math.sqrt(22.5), 12);
  });

  it('depends on the order alone', () => {
    const values = [3, 1, 4, 1.5, 9, 2.6];
    expect(spearman(values, values.map(Math.exp))).toBeCloseTo(1, 12);
    const falling = values.map((value) => -(value ** 3));
    expect(spearman(values, falling)).toBeCloseTo(-1, 12);
  });

  it('gives a rating its place on ten points', () => {
    expect([1, 2, 5].map((rating) => onTenPoints(rating, [1, 5]))).toEqual([0, 2.5, 10]);
  });
});

describe('intervals', () => {
  const random = xoroshiro128plus(3);
  /** Uniform from 0 to 1: sd 1/sqrt(12). */
  const values = Array.from({ length: 400 }, () => uniformFloat64(random));

  it('of a mean are as wide as theory says, around the value itself', () => {
    const [interval] = intervals(values, (some) => [mean([...some])]);
    const { value, low, high } = interval!;
    const width = (2 * 1.96) / Math.sqrt(12 * values.length);
    expect(value).toBe(mean(values));
    expect((high - low) / width).toBeGreaterThan(0.9);
    expect((high - low) / width).toBeLessThan(1.1);
    expect((low + high) / 2).toBeCloseTo(value, 2);
  });

  it('are the same for the same samples', () => {
    const once = intervals(values, (some) => [mean([...some]), Math.max(...some)]);
    expect(intervals(values, (some) => [mean([...some]), Math.max(...some)])).toEqual(once);
    expect(once[0]!.low).toBeLessThan(once[0]!.high);
  });
});

describe('figures', () => {
  const judged = (rating: number, prediction: number): Judged => ({ rating, prediction, score: 6, ofTen: 5 });

  it('have a positive bias if pictures are overrated', () => {
    const { n, mae, bias, maeOfTen, biasOfTen } = figuresOf([judged(50, 53), judged(60, 59), judged(40, 44)]);
    expect(n).toBe(3);
    expect(mae.value).toBeCloseTo((3 + 1 + 4) / 3);
    expect(bias.value).toBeCloseTo((3 - 1 + 4) / 3);
    expect([maeOfTen.value, biasOfTen.value]).toEqual([1, 1]);
  });

  it('have no correlation for fewer than 10 pictures, nor if all predictions are the same', () => {
    const nine = Array.from({ length: 9 }, (_, i) => judged(i, i));
    expect([figuresOf(nine).r, figuresOf(nine).rho]).toEqual([undefined, undefined]);
    const ten = figuresOf([...nine, judged(9, 9)]);
    expect([ten.r!.value, ten.rho!.value]).toEqual([expect.closeTo(1), expect.closeTo(1)]);
    expect(figuresOf([...nine, judged(9, 9)].map(({ rating }) => judged(rating, 7))).r).toBeUndefined();
  });
});

describe('groups', () => {
  const group = (values: readonly string[]) => groupBy('column', values, (value) => value);
  const sizes = (values: readonly string[]) =>
    Object.fromEntries(group(values).groups.map(({ label, samples }) => [label, samples.length]));
  const many = (count: number, value: (i: number) => number) => Array.from({ length: count }, (_, i) => `${value(i)}`);

  it('cut numbers into ranges of one round width', () => {
    expect(sizes(many(400, (i) => i / 5))).toEqual({
      '0 to 20': 100,
      '20 to 40': 100,
      '40 to 60': 100,
      '60 to 80': 100,
    });
  });

  it('join ranges with fewer than 30 pictures, and lose nobody', () => {
    const ages = [...many(5, (i) => 3 + i / 10), ...many(200, (i) => 20 + i / 10), ...many(7, (i) => 61 + i / 10), ''];
    const { groups } = group(ages);
    expect(groups.flatMap(({ samples }) => samples).toSorted()).toEqual(ages.toSorted());
    expect(groups.filter(({ samples }) => samples.length < 30).map(({ label }) => label)).toEqual(['no value']);
    expect(groups[0]!.label).toMatch(/^0 to/);
    expect(groups.at(-2)!.label).toMatch(/to 70$/);
  });

  it('have one group for each text or number; if there are many texts, the rare ones are put together', () => {
    expect(sizes([...Array(40).fill('b'), 'a'])).toEqual({ a: 1, b: 40 });
    expect(sizes([...Array(40).fill('1'), ...Array(40).fill('0')])).toEqual({ '0': 40, '1': 40 });
    const countries = Array.from({ length: 9 }, (_, i) => `country ${i}`);
    expect(sizes([...Array(30).fill('big'), ...countries])).toEqual({ big: 30, 'others (9 values)': 9 });
  });
});

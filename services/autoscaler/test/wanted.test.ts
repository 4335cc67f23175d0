import { describe, expect, test } from 'vitest';
import { estimatorsWanted, SteadyChoice } from '../src/wanted.ts';

const bounds = { min: 2, max: 8, targetWaitSeconds: 10 };
const idle = { waiting: 0, secondsPerPhoto: 0.5, busy: 0 };

describe('what is wanted', () => {
  test.each([
    ['nothing waits and nobody is busy', idle, 2],
    ['what waits is worked off in time by the fewest', { ...idle, waiting: 40 }, 2],
    ['one photo more than that waits', { ...idle, waiting: 41 }, 3],
    ['photos take twice as long', { ...idle, waiting: 40, secondsPerPhoto: 1 }, 4],
    ['no number would be enough', { ...idle, waiting: 100_000 }, 8],
    ['four are busy all the time, though nothing waits', { ...idle, busy: 4 }, 5],
    ['no photo was measured yet', { ...idle, waiting: 100, secondsPerPhoto: undefined }, 3],
  ])('when %s', (_, situation, wanted) => {
    expect(estimatorsWanted(situation, bounds)).toBe(wanted);
  });
});

describe('the steady choice', () => {
  test('goes up at once, and down only when less was enough for the whole time', () => {
    const steady = new SteadyChoice(100);
    expect(steady.choose(2, 2, 0)).toBe(2);
    expect(steady.choose(6, 2, 10)).toBe(6);
    expect(steady.choose(3, 6, 20)).toBe(6);
    expect(steady.choose(4, 6, 60)).toBe(6);
    expect(steady.choose(2, 6, 109)).toBe(6);
    expect(steady.choose(2, 6, 110)).toBe(4);
    expect(steady.choose(2, 4, 159)).toBe(4);
    expect(steady.choose(2, 4, 160)).toBe(2);
  });

  test('takes nobody away before it has looked long enough', () => {
    const steady = new SteadyChoice(100);
    expect(steady.choose(2, 7, 0)).toBe(7);
    expect(steady.choose(2, 7, 99)).toBe(7);
    expect(steady.choose(2, 7, 100)).toBe(2);
  });
});

import { describe, expect, test } from 'vitest';
import { estimatorsWanted, SteadyChoice } from '../src/wanted.ts';

const bounds = { min: 2, max: 8, targetWaitSeconds: 10 };
const idle = { waiting: 0, secondsPerPhoto: 0.5, busy: 0 };

describe('the number of wanted estimators', () => {
  test.each([
    ['nothing waits and nobody is busy', idle, 2],
    ['the fewest can do the waiting photos in time', { ...idle, waiting: 40 }, 2],
    ['one photo more waits', { ...idle, waiting: 41 }, 3],
    ['photos take twice as long', { ...idle, waiting: 40, secondsPerPhoto: 1 }, 4],
    ['no number is enough', { ...idle, waiting: 100_000 }, 8],
    ['four are always busy and nothing waits', { ...idle, busy: 4 }, 5],
    ['no photo was measured yet', { ...idle, waiting: 100, secondsPerPhoto: undefined }, 3],
  ])('is right if %s', (_, situation, wanted) => {
    expect(estimatorsWanted(situation, bounds)).toBe(wanted);
  });
});

describe('the steady choice', () => {
  test('goes up at once, and down only if fewer were enough for the whole time', () => {
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

  test('does not go down before it has looked long enough', () => {
    const steady = new SteadyChoice(100);
    expect(steady.choose(2, 7, 0)).toBe(7);
    expect(steady.choose(2, 7, 99)).toBe(7);
    expect(steady.choose(2, 7, 100)).toBe(2);
  });
});

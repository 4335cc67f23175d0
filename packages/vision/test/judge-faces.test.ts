import { expect, test } from 'vitest';
import { judgeFaces, whoIsScored } from '../src/age/who-is-scored.ts';

const RULE = { ageNet: 0.25, glasses: 0.1, child: -0.15, adult: 0.3 };
/** Faces of every adulthood, with and without glasses. */
const SIGNS = Array.from({ length: 41 }, (_, i) => ({ adulthood: -1 + i / 20, glasses: i % 2 ? 1 : -1, cover: -1 }));

test.each([4, 16, 19, 25, 60])(
  'decides as if the age net, which gives %i years, had been asked about every face',
  async (years) => {
    const asked: number[] = [];
    const who = await judgeFaces(
      SIGNS,
      async (faces) => {
        asked.push(...faces);
        return faces.map(() => years);
      },
      RULE,
    );
    expect(who).toEqual(SIGNS.map((signs) => whoIsScored(signs, years, RULE)));
    expect(new Set(who).size).toBeGreaterThan(1);
    // Clear children and clear adults are not asked about.
    expect(asked).not.toContain(0);
    expect(asked).not.toContain(SIGNS.length - 1);
    expect(asked.length).toBeLessThan(SIGNS.length * 0.7);
  },
);

test('a face for which the age net gives no number is not scored', async () => {
  const signs = { adulthood: 0.3, glasses: -1, cover: -1 };
  expect(await judgeFaces([signs], async () => [Number.NaN], RULE)).toEqual(['child']);
});

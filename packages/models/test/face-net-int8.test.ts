import path from 'node:path';
import { restrictSharp } from '@attrai/vision/photo/restrict-sharp';
import { multipliesBytes } from '@attrai/vision/processor';
import { Scorer } from '@attrai/vision/score/scorer';
import { modelsDir } from '@attrai/vision/test/paths';
import { mean, standardDeviation } from 'simple-statistics';
import { beforeAll, expect, it } from 'vitest';
import { calibrate, readChips } from '../src/fit/calibrate.ts';
import { readCalibration } from '../src/nets/calibration.ts';
import { VIEWS } from '../src/nets/views.ts';
import { FACE_NET_WEIGHTS } from '../src/weights/sources.ts';
import { readWeights } from '../src/weights/tfjs.ts';
import { npmPhotos, photosToCompare } from './photos-to-compare.ts';

beforeAll(restrictSharp);

it('scores in bytes as in float32: differences of sd 0.1 and mean 0.05 of 10 at most', async (test) => {
  if (!multipliesBytes()) {
    console.warn('Not run: this processor has no VNNI, and is given the model in float32.');
    return test.skip('no VNNI');
  }
  const chips = await readChips(await photosToCompare(), modelsDir, () => {});
  const [exact, bytes] = await Promise.all(['scorer.onnx', 'scorer-int8.onnx'].map((file) => scores(file, chips)));
  const differences = exact!.map((score, i) => bytes![i]! - score);
  console.log(`${chips.length} faces: sd ${standardDeviation(differences)}, mean ${mean(differences)}`);
  expect(chips.length).toBeGreaterThanOrEqual(14);
  expect(standardDeviation(differences)).toBeLessThanOrEqual(0.1);
  expect(Math.abs(mean(differences))).toBeLessThanOrEqual(0.05);
  // The same model twice would prove nothing.
  expect(standardDeviation(differences)).toBeGreaterThan(0);
});

it('calibrates the same from the same faces, for every number that the shipped calibration has', async () => {
  const chips = (await readChips(npmPhotos.slice(0, 1), modelsDir, () => {})).slice(0, 2);
  const weights = await readWeights(FACE_NET_WEIGHTS);
  const [once, twice] = [await calibrate(weights, chips), await calibrate(weights, chips)];
  expect(once).toEqual(twice);
  expect(Object.keys(once.ranges)).toEqual(Object.keys((await readCalibration()).ranges));
});

async function scores(file: string, chips: readonly Uint8Array[]): Promise<number[]> {
  const scorer = await Scorer.open(path.join(modelsDir, file), 1);
  // The same chip in the place of every view: each head of the three answers for it.
  const readings = await scorer.read(new Uint8Array(Buffer.concat(chips.flatMap((chip) => VIEWS.map(() => chip)))));
  await scorer.close();
  return readings.map(({ score }) => score);
}

import path from 'node:path';
import { restrictSharp } from '@attrai/vision/photo/restrict-sharp';
import { multipliesBytes } from '@attrai/vision/processor';
import { batchTensor } from '@attrai/vision/score/input';
import type { ScorerInput } from '@attrai/vision/score/metadata';
import { modelsDir } from '@attrai/vision/test/paths';
import { mean, standardDeviation } from 'simple-statistics';
import { beforeAll, expect, it } from 'vitest';
import { AGE_IN_BLOCKS, AGE_IN_ROWS, calibrateAge, readAgePictures } from '../src/fit/calibrate-age.ts';
import { readAgeCalibration } from '../src/nets/age-calibration.ts';
import { openSession } from '../src/verify.ts';
import { AGE_WEIGHTS } from '../src/weights/sources.ts';
import { readWeights } from '../src/weights/tfjs.ts';
import { npmPhotos, photosToCompare } from './photos-to-compare.ts';

/** Years around the limit of 22; beyond, no decision hangs on a year. */
const DECISIVE = [14, 32] as const;

beforeAll(restrictSharp);

it('tells ages in bytes as in float32: where they decide, differences of sd 0.8 and mean 0.3 years at most', async (test) => {
  if (!multipliesBytes()) {
    console.warn('Not run: this processor has no VNNI, and is given the model in float32.');
    return test.skip('no VNNI');
  }
  const pictures = await readAgePictures(await photosToCompare(), modelsDir, () => {});
  const [exact, bytes] = await Promise.all([
    ages('age.onnx', AGE_IN_ROWS, pictures),
    ages('age-int8.onnx', AGE_IN_BLOCKS, pictures),
  ]);
  const differences = exact.flatMap((years, i) =>
    years > DECISIVE[0] && years < DECISIVE[1] ? [bytes[i]! - years] : [],
  );
  console.log(`${differences.length} faces: sd ${standardDeviation(differences)}, mean ${mean(differences)}`);
  expect(differences.length).toBeGreaterThanOrEqual(6);
  expect(standardDeviation(differences)).toBeLessThanOrEqual(0.8);
  expect(Math.abs(mean(differences))).toBeLessThanOrEqual(0.3);
  // The same model twice would prove nothing.
  expect(standardDeviation(differences)).toBeGreaterThan(0);
});

it('calibrates the same from the same faces, for every number that the shipped calibration has', async () => {
  const pictures = (await readAgePictures(npmPhotos.slice(0, 1), modelsDir, () => {})).slice(0, 2);
  const weights = await readWeights(AGE_WEIGHTS);
  const [once, twice] = [await calibrateAge(weights, pictures), await calibrateAge(weights, pictures)];
  expect(once).toEqual(twice);
  const shape = ({ units }: typeof once) => Object.entries(units).map(([name, all]) => [name, all.length]);
  expect(shape(once)).toEqual(shape(await readAgeCalibration()));
});

async function ages(file: string, input: ScorerInput, pictures: readonly Uint8Array[]): Promise<number[]> {
  const session = await openSession(path.join(modelsDir, file));
  const years: number[] = [];
  for (const picture of pictures) {
    const { age } = await session.run({ faces: batchTensor(input, picture) });
    years.push((age!.data as Float32Array)[0]!);
  }
  await session.release();
  return years;
}

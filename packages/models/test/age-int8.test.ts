import path from 'node:path';
import { restrictSharp } from '@attrai/vision/photo/restrict-sharp';
import type { ScorerInput } from '@attrai/vision/score/metadata';
import { modelsDir } from '@attrai/vision/test/paths';
import { beforeAll, expect, it } from 'vitest';
import { AGE_CUT, AGE_IN_BLOCKS, AGE_IN_ROWS, calibrateAge } from '../src/fit/calibrate-age.ts';
import { cutFaces, runOnPictures } from '../src/fit/face-pictures.ts';
import { readAgeCalibration } from '../src/nets/calibration.ts';
import { AGE_WEIGHTS } from '../src/weights/sources.ts';
import { readWeights } from '../src/weights/tfjs.ts';
import { expectSmall, needVnni, npmPhotos, photosToCompare } from './int8-and-float32.ts';

/** Years around the limit of 22. Beyond, no decision depends on a year. */
const DECISIVE = [14, 32] as const;

beforeAll(restrictSharp);

it('ages in int8 differ from those in float32, where they decide, by sd 0.8 and mean 0.3 years at most', async (test) => {
  needVnni(test);
  const pictures = await cutFaces(await photosToCompare(), modelsDir, AGE_CUT);
  const ages = async (file: string, input: ScorerInput) => {
    const { age } = await runOnPictures(path.join(modelsDir, file), pictures, input);
    return age!.map(([years]) => years!);
  };
  const [exact, bytes] = await Promise.all([ages('age.onnx', AGE_IN_ROWS), ages('age-int8.onnx', AGE_IN_BLOCKS)]);
  const isDecisive = (years: number) => years > DECISIVE[0] && years < DECISIVE[1];
  const differences = exact.flatMap((years, i) => (isDecisive(years) ? [bytes[i]! - years] : []));
  expectSmall(differences, { faces: 6, sd: 0.8, mean: 0.3 });
});

it('the same faces give the same calibration, with all numbers of the shipped one', async () => {
  const pictures = (await cutFaces(npmPhotos.slice(0, 1), modelsDir, AGE_CUT)).slice(0, 2);
  const weights = await readWeights(AGE_WEIGHTS);
  const [once, twice] = [await calibrateAge(weights, pictures), await calibrateAge(weights, pictures)];
  expect(once).toEqual(twice);
  const shape = ({ units }: typeof once) => Object.entries(units).map(([name, all]) => [name, all.length]);
  expect(shape(once)).toEqual(shape(await readAgeCalibration()));
});

import path from 'node:path';
import { restrictSharp } from '@attrai/vision/photo/restrict-sharp';
import { Scorer } from '@attrai/vision/score/scorer';
import { modelsDir } from '@attrai/vision/test/paths';
import { beforeAll, expect, it } from 'vitest';
import { calibrate, FACE_NET_CUT } from '../src/fit/calibrate.ts';
import { cutFaces } from '../src/fit/face-pictures.ts';
import { readCalibration } from '../src/nets/calibration.ts';
import { VIEWS } from '../src/nets/views.ts';
import { FACE_NET_WEIGHTS } from '../src/weights/sources.ts';
import { readWeights } from '../src/weights/tfjs.ts';
import { expectSmall, needVnni, npmPhotos, photosToCompare } from './int8-and-float32.ts';

beforeAll(restrictSharp);

it('scores in int8 differ from those in float32 by sd 0.1 and mean 0.05 of 10 at most', async (test) => {
  needVnni(test);
  const chips = await cutFaces(await photosToCompare(), modelsDir, FACE_NET_CUT);
  const [exact, bytes] = await Promise.all(['scorer.onnx', 'scorer-int8.onnx'].map((file) => scores(file, chips)));
  const differences = exact!.map((score, i) => bytes![i]! - score);
  expectSmall(differences, { faces: 14, sd: 0.1, mean: 0.05 });
});

it('the same faces give the same calibration, with all numbers of the shipped one', async () => {
  const chips = (await cutFaces(npmPhotos.slice(0, 1), modelsDir, FACE_NET_CUT)).slice(0, 2);
  const weights = await readWeights(FACE_NET_WEIGHTS);
  const [once, twice] = [await calibrate(weights, chips), await calibrate(weights, chips)];
  expect(once).toEqual(twice);
  expect(Object.keys(once.ranges)).toEqual(Object.keys((await readCalibration()).ranges));
});

async function scores(file: string, chips: readonly Uint8Array[]): Promise<number[]> {
  const scorer = await Scorer.open(path.join(modelsDir, file), 1);
  // Every view gets the same chip: each of the three heads is used.
  const readings = await scorer.read(new Uint8Array(Buffer.concat(chips.flatMap((chip) => VIEWS.map(() => chip)))));
  await scorer.close();
  return readings.map(({ score }) => score);
}

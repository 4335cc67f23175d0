import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { cutOut } from '@attrai/vision/detect/crops';
import { REFERENCE_THRESHOLDS } from '@attrai/vision/detect/detector';
import { makePyramid, propose } from '@attrai/vision/detect/pnet';
import { makeMips } from '@attrai/vision/mips';
import { decodePhoto } from '@attrai/vision/photo/decode';
import { restrictSharp } from '@attrai/vision/photo/restrict-sharp';
import { picturesFor } from '@attrai/vision/pictures';
import { multipliesBytes } from '@attrai/vision/processor';
import { modelsDir, npmPhoto } from '@attrai/vision/test/paths';
import reference from '@attrai/vision/test/reference-npm.json' with { type: 'json' };
import { mean } from 'simple-statistics';
import { beforeAll, expect, it } from 'vitest';
import { calibrateMtcnn } from '../src/fit/calibrate-mtcnn.ts';
import { readMtcnnRanges } from '../src/nets/mtcnn-calibration.ts';
import { openSession } from '../src/verify.ts';
import { MTCNN_WEIGHTS } from '../src/weights/sources.ts';
import { readWeights } from '../src/weights/tfjs.ts';

const photos = Object.keys(reference).slice(0, 4).map(npmPhoto);

beforeAll(restrictSharp);

const open = (file: string) => openSession(path.join(modelsDir, file));
const read = async (file: string) => makeMips((await decodePhoto(await readFile(file), 1280)).pixels);

/** What bytes may cost, on average over windows or crops. A wrong zero alone costs 0.04. */
const PROBABILITY = 0.03;
const REGRESSION = 0.03;

it("P-Net in bytes gives nearly the float32 net's probabilities and boxes", async (test) => {
  if (!multipliesBytes()) return test.skip('no VNNI: this processor is given the nets in float32');
  const nets = await Promise.all([open('pnet.onnx'), open('pnet-int8.onnx')]);
  for (const photo of photos) {
    const mips = await read(photo);
    for (const { pixels } of makePyramid(mips, 40)) {
      const { data, height, width } = pixels;
      const [exact, bytes] = await Promise.all(
        nets.map((net) => net.run({ image: picturesFor(net, mips, data, [1, height, width]) })),
      );
      expect(bytes!.probability!.dims).toEqual(exact!.probability!.dims);
      expect(bytes!.regression!.dims).toEqual(exact!.regression!.dims);
      expect(meanError(exact!.probability!.data, bytes!.probability!.data)).toBeLessThan(PROBABILITY);
      expect(meanError(exact!.regression!.data, bytes!.regression!.data)).toBeLessThan(REGRESSION);
    }
  }
});

it("R-Net in bytes gives nearly the float32 net's probabilities and boxes", async (test) => {
  if (!multipliesBytes()) return test.skip('no VNNI: this processor is given the nets in float32');
  const [proposer, ...nets] = await Promise.all([open('pnet.onnx'), open('rnet.onnx'), open('rnet-int8.onnx')]);
  for (const photo of photos) {
    const mips = await read(photo);
    const candidates = await propose(proposer, mips, makePyramid(mips, 40), REFERENCE_THRESHOLDS.pnet);
    const { crops, inside } = cutOut(mips, candidates, 24);
    const [exact, bytes] = await Promise.all(
      nets.map((net) => net.run({ crops: picturesFor(net, mips, crops, [inside.length, 24, 24]) })),
    );
    expect(inside.length).toBeGreaterThan(5);
    expect(bytes!.regression!.dims).toEqual([inside.length, 4]);
    expect(meanError(exact!.probability!.data, bytes!.probability!.data)).toBeLessThan(PROBABILITY);
    expect(meanError(exact!.regression!.data, bytes!.regression!.data)).toBeLessThan(REGRESSION);
  }
});

it('calibrates the same from the same photos, for every channel that the shipped calibration has', async () => {
  const weights = await readWeights(MTCNN_WEIGHTS);
  const [once, twice] = [
    await calibrateMtcnn(weights, photos.slice(0, 1), modelsDir, () => {}),
    await calibrateMtcnn(weights, photos.slice(0, 1), modelsDir, () => {}),
  ];
  expect(once).toEqual(twice);
  const channels = (ranges: typeof once) =>
    Object.entries(ranges).flatMap(([net, layers]) =>
      Object.entries(layers).map(([layer, { length }]) => `${net} ${layer} ${length}`),
    );
  expect(channels(once)).toEqual(channels(await readMtcnnRanges()));
});

type Numbers = ArrayLike<number | bigint | string | boolean>;

function meanError(expected: Numbers, found: Numbers): number {
  return mean(Array.from(expected, (value, i) => Math.abs(Number(value) - Number(found[i]))));
}

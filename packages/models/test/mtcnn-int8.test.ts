import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { cutOut } from '@attrai/vision/detect/crops';
import { REFERENCE_THRESHOLDS } from '@attrai/vision/detect/detector';
import { makePyramid, propose } from '@attrai/vision/detect/pnet';
import { type Mips, makeMips } from '@attrai/vision/mips';
import { decodePhoto } from '@attrai/vision/photo/decode';
import { restrictSharp } from '@attrai/vision/photo/restrict-sharp';
import { picturesFor } from '@attrai/vision/pictures';
import { modelsDir, npmPhoto } from '@attrai/vision/test/paths';
import reference from '@attrai/vision/test/reference-npm.json' with { type: 'json' };
import type { InferenceSession } from 'onnxruntime-node';
import { mean } from 'simple-statistics';
import { beforeAll, expect, it } from 'vitest';
import { calibrateMtcnn } from '../src/fit/calibrate-mtcnn.ts';
import { readMtcnnRanges } from '../src/nets/calibration.ts';
import { openSession } from '../src/verify.ts';
import { MTCNN_WEIGHTS } from '../src/weights/sources.ts';
import { readWeights } from '../src/weights/tfjs.ts';
import { needVnni } from './int8-and-float32.ts';

const photos = Object.keys(reference).slice(0, 4).map(npmPhoto);

beforeAll(restrictSharp);

const open = (file: string) => openSession(path.join(modelsDir, file));
const read = async (file: string) => makeMips((await decodePhoto(await readFile(file))).pixels);

/** Limit of the mean error of probabilities and regressions, over windows or crops. A wrong zero alone makes 0.04. */
const LIMIT = 0.03;

/** Runs a float32 and an int8 net on pictures and compares their outputs. */
async function expectClose(nets: InferenceSession[], mips: Mips, data: Uint8Array, size: [number, number, number]) {
  const [exact, bytes] = await Promise.all(
    nets.map((net) => net.run({ [net.inputNames[0]!]: picturesFor(net, mips, data, size) })),
  );
  for (const output of ['probability', 'regression']) {
    expect(bytes![output]!.dims).toEqual(exact![output]!.dims);
    expect(meanError(exact![output]!.data, bytes![output]!.data)).toBeLessThan(LIMIT);
  }
}

it("P-Net in int8 gives nearly the float32 net's probabilities and boxes", async (test) => {
  needVnni(test);
  const nets = await Promise.all([open('pnet.onnx'), open('pnet-int8.onnx')]);
  for (const photo of photos) {
    const mips = await read(photo);
    for (const { pixels } of makePyramid(mips, 40)) {
      await expectClose(nets, mips, pixels.data, [1, pixels.height, pixels.width]);
    }
  }
});

it("R-Net in int8 gives nearly the float32 net's probabilities and boxes", async (test) => {
  needVnni(test);
  const [proposer, ...nets] = await Promise.all([open('pnet.onnx'), open('rnet.onnx'), open('rnet-int8.onnx')]);
  for (const photo of photos) {
    const mips = await read(photo);
    const candidates = await propose(proposer, mips, makePyramid(mips, 40), REFERENCE_THRESHOLDS.pnet);
    const { crops, inside } = cutOut(mips, candidates, 24);
    expect(inside.length).toBeGreaterThan(5);
    await expectClose(nets, mips, crops, [inside.length, 24, 24]);
  }
});

it('the same photos give the same calibration, with all channels of the shipped one', async () => {
  const weights = await readWeights(MTCNN_WEIGHTS);
  const run = () => calibrateMtcnn(weights, photos.slice(0, 1), modelsDir);
  const [once, twice] = [await run(), await run()];
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

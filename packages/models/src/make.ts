import { readGuard } from './guard.ts';
import { readHead } from './head.ts';
import { age } from './nets/age.ts';
import { ageInt8 } from './nets/age-int8.ts';
import { readAgeCalibration, readCalibration, readMtcnnRanges } from './nets/calibration.ts';
import { readCoveredHead } from './nets/covered.ts';
import { features } from './nets/features.ts';
import { onet, pnet, rnet } from './nets/mtcnn.ts';
import { pnetInt8, rnetInt8 } from './nets/mtcnn-int8.ts';
import { scorer } from './nets/scorer.ts';
import { AGE_WEIGHTS, FACE_NET_WEIGHTS, MTCNN_WEIGHTS } from './weights/sources.ts';
import { readWeights } from './weights/tfjs.ts';

/** Makes the models one after another: file name and bytes. */
export async function* makeModels(headFile: string): AsyncGenerator<[file: string, bytes: Uint8Array]> {
  const head = await readHead(headFile);
  const guard = await readGuard();
  const mtcnn = await readWeights(MTCNN_WEIGHTS);
  yield ['pnet.onnx', pnet(mtcnn)];
  yield ['rnet.onnx', rnet(mtcnn)];
  yield ['onet.onnx', onet(mtcnn, await readCoveredHead())];
  const ranges = await readMtcnnRanges();
  yield ['pnet-int8.onnx', pnetInt8(mtcnn, ranges.pnet)];
  yield ['rnet-int8.onnx', rnetInt8(mtcnn, ranges.rnet)];
  const ageNet = await readWeights(AGE_WEIGHTS);
  yield ['age.onnx', age(ageNet)];
  yield ['age-int8.onnx', ageInt8(ageNet, await readAgeCalibration())];
  const faceNet = await readWeights(FACE_NET_WEIGHTS);
  yield ['features.onnx', features(faceNet)];
  yield ['scorer.onnx', scorer(faceNet, head, guard)];
  yield ['scorer-int8.onnx', scorer(faceNet, head, guard, await readCalibration())];
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * face-api's own nets, in a thread of its own: its bundle for browsers is the only one that brings TensorFlow.js along,
 * and it loads only where it takes the thread for a browser. Takes square pictures, RGB, and gives each one's embedding or age.
 */

const { net: wanted, pictures } = workerData as { net: 'embedding' | 'age'; pictures: Uint8Array[] };

const root = path.join(import.meta.dirname, '../node_modules/@vladmandic/face-api');

const { process } = globalThis;
Object.assign(globalThis, { process: undefined, window: {} });
const { tf, env, FaceRecognitionNet, AgeGenderNet } = await import(path.join(root, 'dist/face-api.esm.js'));
Object.assign(globalThis, { process, window: undefined });

tf.env().setPlatform('thread', {
  isTypedArray: ArrayBuffer.isView,
  now: () => performance.now(),
  encode: (text: string) => new TextEncoder().encode(text),
  decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
});
env.setEnv(env.createNodejsEnv());
await tf.setBackend('cpu');

const name = wanted === 'age' ? 'age_gender_model' : 'face_recognition_model';
const manifest = JSON.parse(readFileSync(path.join(root, `model/${name}-weights_manifest.json`), 'utf8'));
const { buffer } = Uint8Array.from(readFileSync(path.join(root, `model/${name}.bin`)));
const net = wanted === 'age' ? new AgeGenderNet() : new FaceRecognitionNet();
net.loadFromWeightMap(tf.io.decodeWeights(buffer, manifest[0].weights));

const answers: (Float32Array | number)[] = [];
for (const picture of pictures) {
  const side = Math.sqrt(picture.length / 3);
  const input = tf.tensor3d(Float32Array.from(picture), [side, side, 3]);
  answers.push(wanted === 'age' ? (await net.predictAgeAndGender(input)).age : await net.computeFaceDescriptor(input));
}
parentPort!.postMessage(answers);

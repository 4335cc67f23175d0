import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * face-api's own face net, in a thread of its own: its bundle for browsers is the only one that brings TensorFlow.js along,
 * and it loads only where it takes the thread for a browser.
 */

const root = path.join(import.meta.dirname, '../node_modules/@vladmandic/face-api');

const { process } = globalThis;
Object.assign(globalThis, { process: undefined, window: {} });
const { tf, env, FaceRecognitionNet } = await import(path.join(root, 'dist/face-api.esm.js'));
Object.assign(globalThis, { process, window: undefined });

tf.env().setPlatform('thread', {
  isTypedArray: ArrayBuffer.isView,
  now: () => performance.now(),
  encode: (text: string) => new TextEncoder().encode(text),
  decode: (bytes: Uint8Array) => new TextDecoder().decode(bytes),
});
env.setEnv(env.createNodejsEnv());
await tf.setBackend('cpu');

const manifest = JSON.parse(
  readFileSync(path.join(root, 'model/face_recognition_model-weights_manifest.json'), 'utf8'),
);
const { buffer } = Uint8Array.from(readFileSync(path.join(root, 'model/face_recognition_model.bin')));
const net = new FaceRecognitionNet();
net.loadFromWeightMap(tf.io.decodeWeights(buffer, manifest[0].weights));

const embeddings: Float32Array[] = [];
for (const chip of workerData.chips as Uint8Array[]) {
  embeddings.push(await net.computeFaceDescriptor(tf.tensor3d(Float32Array.from(chip), [150, 150, 3])));
}
parentPort!.postMessage(embeddings);

import { createRequire } from 'node:module';
import path from 'node:path';
import { modelsDir } from '@attrai/vision/test/paths';
import { expect, it } from 'vitest';
import { AGE_CUT } from '../src/fit/calibrate-age.ts';
import { cutFaces } from '../src/fit/face-pictures.ts';
import { AGE_SIDE } from '../src/nets/age.ts';
import { faceApi } from './face-api.ts';
import { distance, run } from './models.ts';
import { noise, waves } from './pixels.ts';

const SAMPLES = ['sample1.jpg', 'sample2.jpg', 'sample4.jpg'];

// face-api's own TensorFlow.js computes for 20 s, and on a busy machine for minutes.
it('gives the ages that face-api itself gives', { timeout: 300_000 }, async () => {
  const pictures = [noise(1, AGE_SIDE, AGE_SIDE), waves(1, AGE_SIDE, AGE_SIDE), ...(await faces())];
  const expected = await faceApi<number>('age', pictures);
  const batch = Uint8Array.from(pictures.flatMap((picture) => [...picture]));
  const { age } = await run('age.onnx', 'faces', batch, [pictures.length, AGE_SIDE, AGE_SIDE, 3]);
  expect(age!.dims).toEqual([pictures.length, 1]);
  expect(distance(age!.data, expected)).toBeLessThan(1e-3);
  // If the net gave all faces the same age, this would prove nothing.
  expect(Math.max(...expected.slice(2)) - Math.min(...expected.slice(2))).toBeGreaterThan(5);
});

/** The faces of face-api's own samples. */
function faces(): Promise<Uint8Array[]> {
  const api = path.dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));
  const samples = SAMPLES.map((sample) => path.join(api, 'demo', sample));
  return cutFaces(samples, modelsDir, AGE_CUT);
}

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cutFace } from '@attrai/vision/age/age-net';
import { loadDetector, SHOWN_THRESHOLDS } from '@attrai/vision/detect/detector';
import { makeMips } from '@attrai/vision/mips';
import { decodePhoto } from '@attrai/vision/photo/decode';
import { expect, it } from 'vitest';
import { modelsDir } from '../../vision/test/support/paths.ts';
import { AGE_SIDE } from '../src/nets/age.ts';
import { faceApi } from './face-api.ts';
import { distance, run } from './models.ts';
import { noise, waves } from './pixels.ts';

const SAMPLES = ['sample1.jpg', 'sample2.jpg', 'sample4.jpg'];

it('gives the ages that face-api itself gives', async () => {
  const pictures = [noise(1, AGE_SIDE, AGE_SIDE), waves(1, AGE_SIDE, AGE_SIDE), ...(await faces())];
  const expected = await faceApi<number>('age', pictures);
  const batch = Uint8Array.from(pictures.flatMap((picture) => [...picture]));
  const { age } = await run('age.onnx', 'faces', batch, [pictures.length, AGE_SIDE, AGE_SIDE, 3]);
  expect(age!.dims).toEqual([pictures.length, 1]);
  expect(distance(age!.data, expected)).toBeLessThan(1e-3);
  // Faces that were all of an age to the net would prove nothing.
  expect(Math.max(...expected.slice(2)) - Math.min(...expected.slice(2))).toBeGreaterThan(5);
});

/** The faces of face-api's own samples. */
async function faces(): Promise<Uint8Array[]> {
  const samples = path.join(
    path.dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json')),
    'demo',
  );
  const detector = await loadDetector({ modelsDir, minFace: 40, thresholds: SHOWN_THRESHOLDS, threads: 1 });
  const found: Uint8Array[] = [];
  for (const sample of SAMPLES) {
    const mips = makeMips((await decodePhoto(await readFile(path.join(samples, sample)), 640)).pixels);
    for (const face of await detector.detect(mips)) {
      const picture = new Uint8Array(AGE_SIDE ** 2 * 3);
      cutFace(mips, face, picture, 0);
      found.push(picture);
    }
  }
  await detector.close();
  return found;
}

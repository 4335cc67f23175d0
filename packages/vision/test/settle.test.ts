import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Detector } from '../src/detect/detector.ts';
import type { Detection } from '../src/detect/onet.ts';
import { settle } from '../src/detect/settle.ts';
import { makeMips } from '../src/mips.ts';
import { mirror } from '../src/mirror.ts';
import { openSession } from '../src/onnx.ts';
import { decodePhoto } from '../src/photo/decode.ts';
import { restrictSharp } from '../src/photo/restrict-sharp.ts';
import type { Landmarks } from '../src/vision.ts';
import reference from './fixtures/reference-npm.json' with { type: 'json' };
import { modelsDir, npmPhoto } from './support/paths.ts';

const settings = { threads: 1, varyingShapes: true };
beforeAll(restrictSharp);

/** Moves and enlarges landmarks, as another candidate for the same face might give them. */
function shake(face: Detection, by: number): Detection {
  const side = face.box[2] - face.box[0];
  const [cx, cy] = face.landmarks[2];
  const landmarks = face.landmarks.map(([x, y]) => [
    cx + (x - cx) * (1 + by) + by * side,
    cy + (y - cy) * (1 + by) - by * side,
  ]);
  return { ...face, landmarks: landmarks as Landmarks };
}

/** Mean distance between the landmarks of two faces, as a share of the face's width. */
function apart(a: Detection, b: Detection): number {
  const distances = a.landmarks.map(([x, y], i) => Math.hypot(x - b.landmarks[i]![0], y - b.landmarks[i]![1]));
  return distances.reduce((sum, d) => sum + d, 0) / 5 / (a.box[2] - a.box[0]);
}

test('landmarks settle in the same places, wherever they were found at first', async () => {
  const detector = await Detector.open({ modelsDir });
  const onet = await openSession(join(modelsDir, 'onet.onnx'), settings);
  const errors: number[] = [];
  for (const photo of Object.keys(reference)) {
    const mips = makeMips((await decodePhoto(await readFile(npmPhoto(photo)))).pixels);
    const faces = await detector.detect(mips);
    for (const by of [-0.06, 0.06]) {
      const shaken = faces.map((face) => shake(face, by));
      const settled = await settle(onet, mips, shaken);
      shaken.forEach((face, i) => {
        expect(apart(faces[i]!, face)).toBeGreaterThan(0.05);
        expect(settled[i]!.box).toEqual(faces[i]!.box);
        errors.push(apart(faces[i]!, settled[i]!));
      });
    }
  }
  await Promise.all([detector.close(), onet.release()]);
  expect(errors.length).toBeGreaterThan(20);
  expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.005);
});

test('a mirror image of a mirror image is the picture', () => {
  const picture = Uint8Array.from({ length: 5 * 5 * 3 }, (_, i) => i);
  const turned = picture.slice();
  mirror(turned, 5);
  expect([...turned.subarray(0, 3)]).toEqual([12, 13, 14]);
  expect([...turned.subarray(6, 9)]).toEqual([6, 7, 8]);
  mirror(turned, 5);
  expect(turned).toEqual(picture);
});

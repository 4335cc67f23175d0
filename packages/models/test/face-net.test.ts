import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseScorerMetadata } from '@attrai/vision/score/metadata';
import { readMetadataProps } from '@attrai/vision/score/metadata-props';
import { Scorer } from '@attrai/vision/score/scorer';
import { modelsDir } from '@attrai/vision/test/paths';
import { mean } from 'simple-statistics';
import { expect, it } from 'vitest';
import { predict } from '../src/fit/ridge.ts';
import { readGuard } from '../src/guard.ts';
import { readHead } from '../src/head.ts';
import { FEATURES } from '../src/nets/face-net.ts';
import { GUARD_VIEW, VIEWS } from '../src/nets/views.ts';
import { faceApi } from './face-api.ts';
import { distance, run } from './models.ts';
import { noise, waves } from './pixels.ts';

const SIDE = 150;
const HEAD = path.join(import.meta.dirname, '../heads/omi.json');
const chips = [noise(1, SIDE, SIDE), waves(1, SIDE, SIDE), waves(20, SIDE, SIDE)];
const batch = Uint8Array.from(chips.flatMap((chip) => [...chip]));

it('gives the embeddings that face-api itself gives', async () => {
  const expected = await faceApi<Float32Array>('embedding', chips);
  const { embedding } = await run('features.onnx', 'chips', batch, [chips.length, SIDE, SIDE, 3]);
  expect(embedding!.dims).toEqual([chips.length, 128]);
  const all = expected.flatMap((numbers) => [...numbers]);
  expect(distance(embedding!.data, all)).toBeLessThan(1e-4);
  // If all chips looked alike to the net, this would prove nothing.
  expect(distance(expected[0]!, expected[1]!)).toBeGreaterThan(0.01);
});

it('the score is the mean of the heads of all views, and the signs are those of the middle view', async () => {
  const head = await readHead(HEAD);
  const guard = await readGuard();
  const shape = [chips.length, SIDE, SIDE, 3];
  const { features } = await run('features.onnx', 'chips', batch, shape);
  const { score, views, signs } = await run('scorer.onnx', 'chips', batch, shape);
  expect(features!.dims).toEqual([chips.length, FEATURES]);
  expect([score, views, signs].map((output) => output!.dims.join())).toEqual(['1,1', '1,3', '1,3']);
  const row = (view: number) => features!.data.subarray(view * FEATURES, (view + 1) * FEATURES);
  const expected = head.views.map((model, view) => predict(model, row(view)));
  expect(distance(views!.data, expected)).toBeLessThan(1e-2);
  expect(score!.data[0]).toBeCloseTo(mean(expected), 2);
  const told = [guard.adulthood, guard.glasses, guard.cover].map((sign) => predict(sign, row(GUARD_VIEW)));
  expect(distance(signs!.data, told)).toBeLessThan(1e-3);
});

it('the file of the scorer tells the estimator how to use it', async () => {
  const head = await readHead(HEAD);
  const file = path.join(modelsDir, 'scorer.onnx');
  const props = readMetadataProps(await readFile(file));
  expect(props.get('attrai.name')).toBe(head.name);
  const { input, scale, guard } = parseScorerMetadata(props);
  expect(input).toMatchObject({ layout: 'NHWC', type: 'uint8', size: SIDE, mirror: false, views: VIEWS });
  expect(scale.knots).toEqual(head.scale);
  expect(guard).toEqual((await readGuard()).rule);
  const scorer = await Scorer.open(file, 1);
  const readings = await scorer.read(batch);
  await scorer.close();
  // The three chips are the three views of one face.
  expect(readings).toHaveLength(1);
  expect(readings[0]!.score).toSatisfy((value: number) => value >= 0 && value <= 10);
});

it('the file keeps the weights as bytes', async () => {
  expect((await readFile(path.join(modelsDir, 'scorer.onnx'))).length).toBeLessThan(6_600_000);
});

import { GUARD_KEY, INPUT_KEY, SCALE_KEY, type ScorerInput, type ScorerScale } from '@attrai/vision/score/metadata';
import type { Guard } from '../guard.ts';
import { FITTED_ON_KEY, type Head } from '../head.ts';
import { Graph, type Value } from '../onnx/graph.ts';
import type { Weights } from '../weights/tfjs.ts';
import type { Calibration } from './calibration.ts';
import { addFaceNet, CHIP_SIDE, FEATURES } from './face-net.ts';
import { FloatLayers } from './face-net-float.ts';
import { ByteLayers } from './face-net-int8.ts';
import { GUARD_VIEW, VIEWS } from './views.ts';

/** How the face net takes a chip and its mirror image. */
export const FACE_NET_INPUT: ScorerInput = {
  layout: 'NHWC',
  type: 'uint8',
  size: CHIP_SIDE,
  channels: 'RGB',
  mean: [0, 0, 0],
  std: [1, 1, 1],
  crop: { by: 'landmarks' },
  mirror: true,
};

/** The same for the int8 net. */
export const BYTE_NET_INPUT: ScorerInput = { ...FACE_NET_INPUT, layout: 'blocks' };

/**
 * The face net with the head fused in: `chips` uint8 [N·3,150,150,3] RGB, the three views of each face one after another → `score`
 * float32 [N,1], the mean of the views' scores on the scale of the ratings, and `views` [N,3], each view's score. With a guard also
 * `signs` [N,3]: adulthood, glasses, cover.
 *
 * @param calibration with it the net computes in int8, and takes `chips` as BYTE_NET_INPUT says; without it, in float32. int8 is faster on a
 *   processor with instructions for it, and wrong on others, where sums saturate.
 */
export function scorer(weights: Weights, head: Head, guard?: Guard, calibration?: Calibration): Uint8Array {
  const graph = new Graph('scorer');
  const pools = calibration
    ? addFaceNet(new ByteLayers(graph, weights, calibration.ranges))
    : addFaceNet(new FloatLayers(graph, weights));
  const features = graph.node('Concat', pools, { axis: 1 });
  const count = VIEWS.length;

  const scores = addReadings(graph, features, head.views, calibration?.excess);
  const own = VIEWS.map((_, v) => v * count + v);
  addMeans(graph, scores, { columns: count * count, means: [own], name: 'score' });
  addMeans(graph, scores, { columns: count * count, means: own.map((column) => [column]), name: 'views' });
  if (guard) {
    const signs = [guard.adulthood, guard.glasses, guard.cover];
    const readings = addReadings(graph, features, signs, calibration?.excess);
    const means = signs.map((_, k) => [GUARD_VIEW * signs.length + k]);
    addMeans(graph, readings, { columns: count * signs.length, means, name: 'signs' });
  }
  const scale: ScorerScale = { knots: head.scale };
  const views = VIEWS.map(({ padding, mirrored }) => ({ padding, mirrored }));
  const input = { ...(calibration ? BYTE_NET_INPUT : FACE_NET_INPUT), mirror: false, views };
  return graph.encode({
    'attrai.name': head.name,
    [INPUT_KEY]: JSON.stringify(input),
    [SCALE_KEY]: JSON.stringify(scale),
    ...(guard && { [GUARD_KEY]: JSON.stringify(guard.rule) }),
    [FITTED_ON_KEY]: head.fit.pictures,
  });
}

interface LinearReading {
  weights: readonly number[];
  intercept: number;
}

/** Linear readings of each view's features, [N, views · readings]. @param excess the int8 net's mean error of each feature, subtracted here */
function addReadings(
  graph: Graph,
  features: Value,
  readings: readonly LinearReading[],
  excess?: readonly number[],
): Value {
  const matrix = new Float32Array(FEATURES * readings.length);
  for (const [k, { weights }] of readings.entries()) {
    for (const [j, weight] of weights.entries()) matrix[j * readings.length + k] = weight;
  }
  const excessOf = (weights: readonly number[]) => weights.reduce((sum, w, i) => sum + w * (excess?.[i] ?? 0), 0);
  const bias = readings.map(({ weights, intercept }) => intercept - excessOf(weights));
  const each = graph.node('Gemm', [
    features,
    graph.constant(matrix, [FEATURES, readings.length]),
    graph.constant(Float32Array.from(bias), [readings.length]),
  ]);
  const shape = graph.constant(BigInt64Array.from([-1, VIEWS.length * readings.length], BigInt), [2]);
  return graph.node('Reshape', [each, shape]);
}

/** An output whose numbers are means of columns of `from`. */
function addMeans(
  graph: Graph,
  from: Value,
  { columns, means, name }: { columns: number; means: readonly number[][]; name: string },
): void {
  const matrix = new Float32Array(columns * means.length);
  for (const [k, parts] of means.entries()) {
    for (const part of parts) matrix[part * means.length + k] = 1 / parts.length;
  }
  graph.node('MatMul', [from, graph.constant(matrix, [columns, means.length])], {}, name);
  graph.output(name, 'float32', ['faces', means.length]);
}

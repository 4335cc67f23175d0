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

/** How a chip and its mirror image are given to the face net. */
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

/** The same for the net in bytes. */
export const BYTE_NET_INPUT: ScorerInput = { ...FACE_NET_INPUT, layout: 'blocks' };

/** How a scorer of ours wants its views. */
function viewsInput(input: ScorerInput): ScorerInput {
  return { ...input, mirror: false, views: VIEWS.map(({ padding, mirrored }) => ({ padding, mirrored })) };
}

/**
 * The face net with the head fused in: `chips` uint8 [N·3,150,150,3] RGB, the three views of each face one after another → `score`
 * float32 [N,1], the mean of the views' scores on the scale of the ratings, and `views` [N,3], each view's. With a guard also
 * `signs` [N,3]: adulthood, glasses, cover.
 *
 * @param calibration with it the net computes in bytes, which is faster where the processor has instructions for that, and
 *   wrong by saturated sums where it has not, and takes `chips` as BYTE_NET_INPUT says; without, in float32
 */
export function scorer(weights: Weights, head: Head, guard?: Guard, calibration?: Calibration): Uint8Array {
  const graph = new Graph('scorer');
  const layers = calibration ? new ByteLayers(graph, weights, calibration.ranges) : new FloatLayers(graph, weights);
  const features = graph.node('Concat', addFaceNet(layers), { axis: 1 });
  const count = VIEWS.length;

  /** Linear readings of each view's features, [N, views · readings]. */
  function read(readings: readonly LinearReading[]): Value {
    const matrix = new Float32Array(FEATURES * readings.length);
    readings.forEach(({ weights: row }, k) => {
      row.forEach((weight, j) => {
        matrix[j * readings.length + k] = weight;
      });
    });
    // What the bytes' rounding adds to the features on average is taken off again.
    const bias = readings.map((reading) => reading.intercept - (calibration ? excessOf(reading, calibration) : 0));
    const each = graph.node('Gemm', [
      features,
      graph.constant(matrix, [FEATURES, readings.length]),
      graph.constant(Float32Array.from(bias), [readings.length]),
    ]);
    const shape = graph.constant(BigInt64Array.from([-1, count * readings.length], BigInt), [2]);
    return graph.node('Reshape', [each, shape]);
  }

  /** Columns of such readings, each multiplied. */
  function pick(from: Value, columns: number, picked: readonly number[][], name: string): void {
    const matrix = new Float32Array(columns * picked.length);
    picked.forEach((parts, k) => {
      for (const part of parts) matrix[part * picked.length + k] = 1 / parts.length;
    });
    graph.node('MatMul', [from, graph.constant(matrix, [columns, picked.length])], {}, name);
    graph.output(name, 'float32', ['faces', picked.length]);
  }

  const scores = read(head.views);
  const own = VIEWS.map((_, v) => v * count + v);
  pick(scores, count * count, [own], 'score');
  pick(
    scores,
    count * count,
    own.map((column) => [column]),
    'views',
  );
  if (guard) {
    const signs = [guard.adulthood, guard.glasses, guard.cover];
    const columns = signs.map((_, k) => [GUARD_VIEW * signs.length + k]);
    pick(read(signs), count * signs.length, columns, 'signs');
  }
  const scale: ScorerScale = { knots: head.scale };
  return graph.encode({
    'attrai.name': head.name,
    [INPUT_KEY]: JSON.stringify(viewsInput(calibration ? BYTE_NET_INPUT : FACE_NET_INPUT)),
    [SCALE_KEY]: JSON.stringify(scale),
    ...(guard && { [GUARD_KEY]: JSON.stringify(guard.rule) }),
    [FITTED_ON_KEY]: head.fit.pictures,
  });
}

interface LinearReading {
  weights: readonly number[];
  intercept: number;
}

function excessOf({ weights }: LinearReading, { excess }: Calibration): number {
  return weights.reduce((sum, weight, i) => sum + weight * excess[i]!, 0);
}

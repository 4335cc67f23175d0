import { INPUT_KEY, SCALE_KEY, type ScorerInput, type ScorerScale } from '@attrai/vision/score/metadata';
import { FITTED_ON_KEY, type Head } from '../head.ts';
import { Graph } from '../onnx/graph.ts';
import type { Weights } from '../weights/tfjs.ts';
import type { Calibration } from './calibration.ts';
import { addFaceNet, CHIP_SIDE, FEATURES } from './face-net.ts';
import { FloatLayers } from './face-net-float.ts';
import { ByteLayers } from './face-net-int8.ts';

/** How chips are made for our face net, in fitting as in scoring. */
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

/**
 * The face net with the head fused in: `chips` uint8 [N,150,150,3] RGB → `score` float32 [N,1] on the scale of the ratings. The head
 * is linear, so that the mean score of a chip and its mirror image is the score of their mean features.
 *
 * @param calibration with it the net computes in bytes, which is faster where the processor has instructions for that, and
 *   wrong by saturated sums where it has not, and takes `chips` as BYTE_NET_INPUT says; without, in float32
 */
export function scorer(weights: Weights, head: Head, calibration?: Calibration): Uint8Array {
  const graph = new Graph('scorer');
  const layers = calibration ? new ByteLayers(graph, weights, calibration.ranges) : new FloatLayers(graph, weights);
  // What the bytes' rounding adds to the features on average is taken off again.
  const excess = calibration ? head.weights.reduce((sum, w, i) => sum + w * calibration.excess[i]!, 0) : 0;
  const features = graph.node('Concat', addFaceNet(layers), { axis: 1 });
  const matrix = graph.constant(Float32Array.from(head.weights), [FEATURES, 1]);
  graph.node('Gemm', [features, matrix, graph.constant(Float32Array.of(head.intercept - excess), [1])], {}, 'score');
  graph.output('score', 'float32', ['faces', 1]);
  const scale: ScorerScale = { knots: head.scale };
  return graph.encode({
    'attrai.name': head.name,
    [INPUT_KEY]: JSON.stringify(calibration ? BYTE_NET_INPUT : FACE_NET_INPUT),
    [SCALE_KEY]: JSON.stringify(scale),
    [FITTED_ON_KEY]: head.fit.pictures,
  });
}

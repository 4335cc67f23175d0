import { INPUT_KEY, SCALE_KEY, type ScorerInput, type ScorerScale } from '@attrai/vision/score/metadata';
import type { Head } from '../head.ts';
import { Graph } from '../onnx/graph.ts';
import type { Weights } from '../weights/tfjs.ts';
import { addFaceNet, CHIP_SIDE, FEATURES } from './face-net.ts';

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

/**
 * The face net with the head fused in: `chips` uint8 [N,150,150,3] RGB → `score` float32 [N,1] on the scale of the ratings. The head
 * is linear, so that the mean score of a chip and its mirror image is the score of their mean features.
 */
export function scorer(weights: Weights, head: Head): Uint8Array {
  const graph = new Graph('scorer');
  const chips = graph.input('chips', 'uint8', ['faces', CHIP_SIDE, CHIP_SIDE, 3]);
  const { features } = addFaceNet(graph, weights, chips);
  const matrix = graph.constant(Float32Array.from(head.weights), [FEATURES, 1]);
  graph.node('Gemm', [features, matrix, graph.constant(Float32Array.of(head.intercept), [1])], {}, 'score');
  graph.output('score', 'float32', ['faces', 1]);
  const scale: ScorerScale = { knots: head.scale };
  return graph.encode({
    'attrai.name': head.name,
    [INPUT_KEY]: JSON.stringify(FACE_NET_INPUT),
    [SCALE_KEY]: JSON.stringify(scale),
  });
}

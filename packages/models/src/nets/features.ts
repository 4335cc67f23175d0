import { Graph } from '../onnx/graph.ts';
import type { Weights } from '../weights/tfjs.ts';
import { addEmbedding, addFaceNet, CHIP_SIDE, EMBEDDING, FEATURES } from './face-net.ts';

/** For fitting and tests: `chips` uint8 [N,150,150,3] RGB → `features` float32 [N,736], `embedding` float32 [N,128]. */
export function features(weights: Weights): Uint8Array {
  const graph = new Graph('features');
  const chips = graph.input('chips', 'uint8', ['faces', CHIP_SIDE, CHIP_SIDE, 3]);
  const { last } = addFaceNet(graph, weights, chips);
  addEmbedding(graph, weights, last);
  graph.output('features', 'float32', ['faces', FEATURES]);
  graph.output('embedding', 'float32', ['faces', EMBEDDING]);
  return graph.encode();
}

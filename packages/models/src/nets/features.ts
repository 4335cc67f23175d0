import { Graph } from '../onnx/graph.ts';
import { dequantize } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';
import type { Ranges } from './calibration.ts';
import { addFaceNet, CHIP_SIDE, EMBEDDING, FEATURES } from './face-net.ts';
import { FloatLayers } from './face-net-float.ts';
import { ByteLayers } from './face-net-int8.ts';

/**
 * For fitting and tests: `chips` uint8 [N,150,150,3] RGB → `features` float32 [N,736], `embedding` float32 [N,128], in which two
 * photos of a person are less than 0.6 apart.
 *
 * @param ranges as for the scorer
 */
export function features(weights: Weights, ranges?: Ranges): Uint8Array {
  const graph = new Graph('features');
  const chips = graph.input('chips', 'uint8', ['faces', CHIP_SIDE, CHIP_SIDE, 3]);
  const averages = addFaceNet(ranges ? new ByteLayers(graph, weights, ranges) : new FloatLayers(graph, weights), chips);
  graph.node('Concat', averages, { axis: 1 }, 'features');
  const { data, shape } = dequantize(weights('fc'));
  graph.node('MatMul', [averages.at(-1)!, graph.constant(data, shape)], {}, 'embedding');
  graph.output('features', 'float32', ['faces', FEATURES]);
  graph.output('embedding', 'float32', ['faces', EMBEDDING]);
  return graph.encode();
}

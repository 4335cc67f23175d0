import { Graph } from '../onnx/graph.ts';
import type { Weights } from '../weights/tfjs.ts';
import type { Ranges } from './calibration.ts';
import { addFaceNet, EMBEDDING, FEATURES, LAST_CHANNELS } from './face-net.ts';
import { FloatLayers } from './face-net-float.ts';
import { ByteLayers } from './face-net-int8.ts';

/**
 * For fitting and tests: `chips` uint8 [N,150,150,3] RGB → `features` float32 [N,2208], `embedding` float32 [N,128]. The embeddings of two
 * photos of a person are less than 0.6 apart.
 *
 * @param ranges as for the scorer; with them `chips` is in blocks, as `BYTE_NET_INPUT` says
 */
export function features(weights: Weights, ranges?: Ranges): Uint8Array {
  const graph = new Graph('features');
  const pools = ranges
    ? addFaceNet(new ByteLayers(graph, weights, ranges))
    : addFaceNet(new FloatLayers(graph, weights));
  graph.node('Concat', pools, { axis: 1 }, 'features');
  const { data, shape } = weights.float('fc');
  const bounds = [0, LAST_CHANNELS, 1].map((bound) => graph.constant(BigInt64Array.of(BigInt(bound)), [1]));
  const averages = graph.node('Slice', [pools.at(-1)!, ...bounds]);
  graph.node('MatMul', [averages, graph.constant(data, shape)], {}, 'embedding');
  graph.output('features', 'float32', ['faces', FEATURES]);
  graph.output('embedding', 'float32', ['faces', EMBEDDING]);
  return graph.encode();
}

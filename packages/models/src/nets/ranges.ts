import { Graph, type Value } from '../onnx/graph.ts';
import type { Weights } from '../weights/tfjs.ts';
import { addFaceNet } from './face-net.ts';
import { FloatLayers } from './face-net-float.ts';

/**
 * For calibrating: `chips` uint8 [N,150,150,3] RGB → for each convolution and sum of the face net `lowest/NAME` and `highest/NAME`, float32
 * [N]: its extremes after the relu.
 */
export function ranges(weights: Weights): Uint8Array {
  const graph = new Graph('ranges');
  const extremes = (name: string, value: Value) => {
    graph.node('ReduceMin', [value], { axes: [1, 2, 3], keepdims: 0 }, `lowest/${name}`);
    graph.node('ReduceMax', [value], { axes: [1, 2, 3], keepdims: 0 }, `highest/${name}`);
    for (const end of ['lowest', 'highest']) graph.output(`${end}/${name}`, 'float32', ['faces']);
  };
  addFaceNet(new FloatLayers(graph, weights, extremes));
  return graph.encode();
}

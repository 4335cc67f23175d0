import { Graph, type Value } from '../onnx/graph.ts';
import type { Weights } from '../weights/tfjs.ts';
import { addAgeNet, FloatAgeLayers } from './age.ts';

/**
 * For calibrating: `faces` uint8 [N,112,112,3] RGB → for each convolution and sum of the age net, by its name, float32 [N,channels]: the
 * largest absolute number.
 */
export function ageLargest(weights: Weights): Uint8Array {
  const graph = new Graph('age-largest');
  const largest = (name: string, value: Value) => {
    graph.node('ReduceMax', [graph.node('Abs', [value])], { axes: [2, 3], keepdims: 0 }, name);
    graph.output(name, 'float32', ['faces', 'channels']);
  };
  addAgeNet(new FloatAgeLayers(graph, weights, largest));
  return graph.encode();
}

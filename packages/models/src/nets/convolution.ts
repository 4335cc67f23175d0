import type { Graph, Value } from '../onnx/graph.ts';
import { permute, type Tensor } from '../weights/tensor.ts';

/** A convolution's weights while they are being rearranged. */
export interface Convolution {
  inputs: number;
  height: number;
  width: number;
  /** One for each output, row-major [inputs, height, width]. */
  filters: Float32Array[];
  /** One for each output. */
  bias: number[];
}

/** @param weights [width, height, inputs, outputs], as a net has them whose images came with swapped axes */
export function convolution(weights: Tensor, bias: Tensor): Convolution {
  const [width, height, inputs, outputs] = weights.shape as [number, number, number, number];
  const data = permute(weights.data, weights.shape, [3, 2, 1, 0]);
  const size = data.length / outputs;
  const filters = Array.from({ length: outputs }, (_, o) => data.subarray(o * size, (o + 1) * size));
  return { inputs, height, width, filters, bias: [...bias.data] };
}

/** The same convolution for an input that is not yet normalised to (x - mean) / scale. Exact where nothing is padded. */
export function takeRawInput(conv: Convolution, mean: number, scale: number): Convolution {
  return {
    ...conv,
    filters: conv.filters.map((filter) => filter.map((weight) => weight / scale)),
    bias: conv.bias.map((bias, o) => bias - (conv.filters[o]!.reduce((a, b) => a + b, 0) * mean) / scale),
  };
}

export function addConvolution(graph: Graph, x: Value, { inputs, height, width, filters, bias }: Convolution): Value {
  const data = Float32Array.from(filters.flatMap((filter) => [...filter]));
  return graph.node('Conv', [
    x,
    graph.constant(data, [filters.length, inputs, height, width]),
    graph.constant(Float32Array.from(bias), [bias.length]),
  ]);
}

import type { Graph, Value } from '../onnx/graph.ts';
import { permute } from '../weights/tensor.ts';
import type { Weights } from '../weights/tfjs.ts';

/** A convolution's weights while they are rearranged. */
export interface Convolution {
  inputs: number;
  height: number;
  width: number;
  /** One for each output, row-major [inputs, height, width]. */
  filters: Float32Array[];
  /** One for each output. */
  bias: number[];
}

/** Reads a layer of MTCNN: filters [width, height, inputs, outputs], since the net's images have swapped axes. */
export function readConvolution(weights: Weights, layer: string): Convolution {
  const { shape, data } = weights.float(`${layer}/weights`);
  const [width, height, inputs, outputs] = shape as [number, number, number, number];
  const filters = parts(permute(data, shape, [3, 2, 1, 0]), outputs);
  return { inputs, height, width, filters, bias: [...weights.float(`${layer}/bias`).data] };
}

/** The same convolution for an input that is not yet normalised to (x - mean) / scale. Exact if nothing is padded. */
export function takeRawInput(conv: Convolution, mean: number, scale: number): Convolution {
  return {
    ...conv,
    filters: conv.filters.map((filter) => filter.map((weight) => weight / scale)),
    bias: conv.bias.map((bias, o) => bias - (conv.filters[o]!.reduce((a, b) => a + b, 0) * mean) / scale),
  };
}

export function addConvolution(graph: Graph, x: Value, conv: Convolution): Value {
  const { data, shape, bias } = flatten(conv);
  return graph.node('Conv', [x, graph.constant(data, shape), graph.constant(Float32Array.from(bias), [bias.length])]);
}

/** The filters as ONNX wants them: row-major [outputs, inputs, height, width]. */
export function flatten({ inputs, height, width, filters, bias }: Convolution) {
  return { data: joined(filters), shape: [filters.length, inputs, height, width], bias };
}

/** Splits numbers into `count` parts of equal length. */
export function parts(data: Float32Array, count: number): Float32Array[] {
  const size = data.length / count;
  return Array.from({ length: count }, (_, i) => data.subarray(i * size, (i + 1) * size));
}

export function joined(rows: readonly Float32Array[]): Float32Array {
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

/** Fills a list up to a length. */
export function fill<T>(list: readonly T[], length: number, filler: T): T[] {
  return [...list, ...new Array<T>(length - list.length).fill(filler)];
}

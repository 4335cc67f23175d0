import type { Graph, Value } from '../onnx/graph.ts';

/** A byte q stands for (q - zero) * step. */
export interface Coding {
  step: number;
  zero: number;
}

/** Filters and biases in the numbers they stand for. */
export interface FloatFilters {
  /** Row-major, as `shape` says. */
  data: Float32Array;
  /** [outputs, inputs of a group, height, width] */
  shape: readonly number[];
  bias: ArrayLike<number>;
}

export interface Window {
  strides: readonly [down: number, right: number];
  /** Zeros above, to the left, below and to the right. */
  pads: readonly [number, number, number, number];
  /** Default 1. */
  group?: number;
}

/** Filters as bytes: int8, each output's largest weight at ±127. */
export interface FilterBytes {
  bytes: Int8Array;
  /** What 1 stands for, by output. */
  steps: Float32Array;
}

const WEIGHT_LIMIT = 127;

/** @param filters row-major [outputs, ...] */
export function filterBytes(filters: Float32Array, outputs: number): FilterBytes {
  const size = filters.length / outputs;
  const steps = Float32Array.from({ length: outputs }, (_, o) => {
    const largest = filters.subarray(o * size, (o + 1) * size).reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    return (largest || 1) / WEIGHT_LIMIT;
  });
  return { bytes: Int8Array.from(filters, (w, i) => Math.round(w / steps[Math.floor(i / size)]!)), steps };
}

/**
 * A convolution of bytes: activations uint8 [N,H,W,channels], filters int8 with a step for each output, sums int32 (Jacob et al. 2018,
 * "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference").
 */
export function addByteConvolution(
  graph: Graph,
  x: Value,
  from: Coding,
  to: Coding,
  { data, shape, bias }: FloatFilters,
  { strides, pads, group = 1 }: Window,
): Value {
  const outputs = bias.length;
  const { bytes, steps } = filterBytes(data, outputs);
  const sums = Int32Array.from(bias, (b, o) => Math.round(b / (from.step * steps[o]!)));
  const inputs = [
    x,
    ...addCoding(graph, from),
    graph.constant(bytes, shape),
    graph.constant(steps, [outputs]),
    graph.constant(new Int8Array(outputs), [outputs]),
    ...addCoding(graph, to),
    graph.constant(sums, [outputs]),
  ];
  return graph.node('com.microsoft.QLinearConv', inputs, { channels_last: 1, strides, pads, group });
}

/** a + b, in bytes. */
export function addByteSum(
  graph: Graph,
  [a, b]: readonly [Value, Value],
  codings: readonly [Coding, Coding],
  to: Coding,
) {
  const inputs = [a, ...addCoding(graph, codings[0]), b, ...addCoding(graph, codings[1]), ...addCoding(graph, to)];
  return graph.node('com.microsoft.QLinearAdd', inputs);
}

/** The two constants that ONNX Runtime's operators want behind each value in bytes. */
export function addCoding(graph: Graph, { step, zero }: Coding): [step: Value, zero: Value] {
  return [graph.constant(Float32Array.of(step), []), graph.constant(Uint8Array.of(zero), [])];
}

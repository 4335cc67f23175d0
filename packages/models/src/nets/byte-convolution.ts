import type { Graph, Value } from '../onnx/graph.ts';

/** A byte q stands for (q - zero) * step. */
export interface Coding {
  step: number;
  zero: number;
}

/** Activations as bytes, uint8 [N,H,W,channels]. */
export interface Bytes extends Coding {
  value: Value;
}

/** A byte q of channel c stands for (q - zero) * step * unit[c], so that each channel uses the whole byte. */
export interface UnitCoding extends Coding {
  unit: readonly number[];
}

export interface UnitBytes extends UnitCoding {
  value: Value;
}

/** A convolution with filters and biases as numbers, before they become bytes. */
export interface ByteConvolution {
  /** Row-major, as `shape` says. */
  data: Float32Array;
  /** [outputs, inputs of a group, height, width] */
  shape: readonly number[];
  bias: ArrayLike<number>;
  /** Steps down and to the right. Default [1, 1]. */
  strides?: readonly [number, number];
  /** Zeros above, to the left, below and to the right. Default: none. */
  pads?: readonly [number, number, number, number];
  /** Default 1. */
  group?: number;
}

const WEIGHT_LIMIT = 127;

/**
 * Filters as int8, with each output's largest weight at ±127. `steps` are the values of 1, by output.
 *
 * @param filters row-major [outputs, ...]
 */
export function filterBytes(filters: Float32Array, outputs: number): { bytes: Int8Array; steps: Float32Array } {
  const size = filters.length / outputs;
  const steps = Float32Array.from({ length: outputs }, (_, o) => {
    const largest = filters.subarray(o * size, (o + 1) * size).reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    return (largest || 1) / WEIGHT_LIMIT;
  });
  return { bytes: Int8Array.from(filters, (w, i) => Math.round(w / steps[Math.floor(i / size)]!)), steps };
}

/**
 * A convolution of bytes: activations uint8, filters int8 with a step for each output, sums int32 (Jacob et al. 2018, "Quantization and
 * Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference").
 */
export function addByteConvolution<To extends Coding>(
  graph: Graph,
  x: Bytes,
  { data, shape, bias, strides = [1, 1], pads = [0, 0, 0, 0], group = 1 }: ByteConvolution,
  to: To,
): To & Bytes {
  const outputs = bias.length;
  const { bytes, steps } = filterBytes(data, outputs);
  const sums = Int32Array.from(bias, (b, o) => Math.round(b / (x.step * steps[o]!)));
  const inputs = [
    ...withCoding(graph, x),
    graph.constant(bytes, shape),
    graph.constant(steps, [outputs]),
    graph.constant(new Int8Array(outputs), [outputs]),
    ...addCoding(graph, to),
    graph.constant(sums, [outputs]),
  ];
  const value = graph.node('com.microsoft.QLinearConv', inputs, { channels_last: 1, strides, pads, group });
  return { ...to, value };
}

/** a + b, in bytes. */
export function addByteSum<To extends Coding>(graph: Graph, a: Bytes, b: Bytes, to: To): To & Bytes {
  const inputs = [...withCoding(graph, a), ...withCoding(graph, b), ...addCoding(graph, to)];
  return { ...to, value: graph.node('com.microsoft.QLinearAdd', inputs) };
}

/** A value in bytes and its coding, as ONNX Runtime's operators take it. */
export function withCoding(graph: Graph, x: Bytes): [value: Value, step: Value, zero: Value] {
  return [x.value, ...addCoding(graph, x)];
}

function addCoding(graph: Graph, { step, zero }: Coding): [step: Value, zero: Value] {
  return [graph.constant(Float32Array.of(step), []), graph.constant(Uint8Array.of(zero), [])];
}
